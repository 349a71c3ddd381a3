// view.js: for the page of --emit=html: draws the columns of a graph that are in sight, from places that netc worked out.
// page.js, which follows it in the page, is the rest.
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const $ = id => document.getElementById(id);
const GAP = 28, FOLD = 84, STUB = 18, HEAD = 26, MARGIN = 12, NEAR_COLUMNS = 60;

function element(name, attributes, parent, text) {
	const e = document.createElement(name);
	for (const key in attributes) e.setAttribute(key, attributes[key]);
	if (text !== undefined) e.textContent = text;
	if (parent) parent.append(e);
	return e;
}
function shape(name, attributes, parent, text) {
	const e = document.createElementNS("http://www.w3.org/2000/svg", name);
	for (const key in attributes) e.setAttribute(key, attributes[key]);
	if (text !== undefined) e.textContent = text;
	if (parent) parent.append(e);
	return e;
}
const shapeText = s => s ? "(" + s.join(", ") + ")" : "?";
const number = n => n.toLocaleString("en").replace(/,/g, " ");
const bytes = n => number(n) + " B";

// A graph with what the page wants to look up in it.
class Graph {
	constructor(graph, layout) {
		Object.assign(this, graph);
		this.layout = layout;
		this.byId = [];
		this.columns = Array.from({length: layout.columns}, () => []);
		this.elsewhere = new Map(); // "row,delta" and "state,delta" → the row at the edge of a column
		this.paths = new Map(layout.edges.map(e => [e[0] + "," + e[1], e[2]]));
		for (const n of this.nodes) {
			this.byId[n.id] = n;
			if (this.isPlaced(n)) this.columns[Math.max(n.step, 0)].push(n);
		}
		this.rows.forEach((r, i) => {
			if (r.kind != "past" && r.kind != "future") return;
			if (r.from >= 0) this.elsewhere.set("r" + r.from + "," + r.delta, i);
			if (r.state >= 0) this.elsewhere.set("s" + r.state + "," + r.delta, i);
		});
	}
	isPlaced(n) { return n.row < this.layout.rows.length; }
	column(n) { return Math.max(n.step, 0); }
	// The row that operand k of a node is drawn at in the node's own column; -1 for a weight.
	operandRow(n, k) {
		const a = this.byId[n.in[k]], kind = this.rows[a.row].kind, c = this.column(n);
		const find = key => this.elsewhere.has(key) ? this.elsewhere.get(key) : -1;
		if (kind == "once") return -1;
		if (a.op == "state") return find("s" + a.state + "," + (c + a.depth));
		if (a.op == "init") return find("s" + a.index + ",-1");
		if (a.op == "delay") return find("s" + a.state + "," + a.depth);
		if (!this.isPlaced(a)) return -1;
		return this.column(a) == c ? a.row : find("r" + a.row + "," + (c - this.column(a)));
	}
	weights(n) { return n.in.filter(i => this.rows[this.byId[i].row].kind == "once"); }
	users(n) {
		if (!this.usersOf) {
			this.usersOf = [];
			for (const u of this.nodes) for (const i of u.in) (this.usersOf[i] = this.usersOf[i] || []).push(u.id);
		}
		return this.usersOf[n.id] || [];
	}
	label(n) {
		const r = this.rows[n.row];
		return r.name || r.sign || n.op;
	}
}

// A drawing of a graph that can be moved and zoomed. Only columns in sight are in the document.
class View {
	constructor(host, graph, options) {
		this.graph = graph;
		this.options = options || {};
		this.folded = graph.columns.length > 4;
		this.drawn = new Map();
		this.svg = shape("svg", {class: "picture view", tabindex: 0}, host);
		const defs = shape("defs", {}, this.svg);
		this.ids = "v" + View.count++;
		for (const [id, tip] of [["edge", "tip"], ["tie", "tie-tip"]])
			shape("path", {class: tip, d: "M0 0L6 3L0 6z"}, shape("marker", {id: this.ids + id, viewBox: "0 0 6 6", refX: 6, refY: 3,
				markerWidth: 6, markerHeight: 6, markerUnits: "userSpaceOnUse", orient: "auto"}, defs));
		this.root = shape("g", {}, this.svg);
		this.back = shape("g", {}, this.root);
		this.cells = shape("g", {}, this.root);
		this.side = shape("g", {}, this.root);
		this.drawSide();
		this.listen();
		new ResizeObserver(() => this.resized()).observe(this.svg);
	}
	get left() { return MARGIN + this.graph.layout.weightsWidth + STUB + MARGIN; }
	get pitch() { return this.graph.layout.width + GAP; }
	get span() {
		const n = this.graph.columns.length;
		return this.left + (this.folded ? 3 * this.pitch + FOLD + GAP : n * this.pitch) + this.graph.layout.storesWidth + MARGIN;
	}
	columnX(c) {
		if (!this.folded || c < 2) return this.left + c * this.pitch;
		return this.left + 2 * this.pitch + FOLD + GAP;
	}
	shows(c) { return !this.folded || c < 2 || c == this.graph.columns.length - 1; }
	resized() {
		const box = this.svg.getBoundingClientRect();
		if (!box.width || !box.height) return;
		this.size = box;
		if (!this.placed) this.fit(this.options.least || 0.75);
		else this.moved();
	}
	// All of it; or, with `least`, so large that it can be read, and the rest is out of sight.
	fit(least) {
		const tall = this.size.height / (this.graph.layout.height + HEAD + 2 * MARGIN);
		const all = Math.min(1.25, this.size.width / this.span, tall);
		this.scale = Math.max(all, least ? Math.min(least, Math.max(tall, 0.45)) : 0, this.leastScale());
		this.x = 0;
		this.y = Math.max(0, (this.size.height - (this.graph.layout.height + HEAD) * this.scale) / 4);
		this.placed = true;
		this.moved();
	}
	leastScale() { return Math.max(0.08, this.folded ? 0 : this.size.width / (NEAR_COLUMNS * this.pitch)); }
	zoom(by, at) {
		at = at || [this.size.width / 2, this.size.height / 2];
		const scale = Math.min(4, Math.max(this.leastScale(), this.scale * by));
		this.x = at[0] - (at[0] - this.x) * scale / this.scale;
		this.y = at[1] - (at[1] - this.y) * scale / this.scale;
		this.scale = scale;
		this.moved();
	}
	fold(on) {
		this.folded = on;
		this.drawn.forEach(g => g.remove());
		this.drawn.clear();
		if (!this.placed) return;
		this.scale = Math.max(this.scale, this.leastScale());
		this.x = Math.min(0, Math.max(this.x, this.size.width - this.span * this.scale));
		this.moved();
	}
	moved() {
		this.root.setAttribute("transform", `translate(${this.x} ${this.y}) scale(${this.scale})`);
		this.root.classList.toggle("far", this.scale < 0.22);
		this.side.setAttribute("transform", `translate(${Math.max(0, -this.x / this.scale)} 0)`);
		this.drawBack();
		const from = -this.x / this.scale - this.pitch, to = (this.size.width - this.x) / this.scale, want = new Set();
		const n = this.graph.columns.length;
		if (this.folded) {
			for (const c of [0, 1, n - 1]) if (this.columnX(c) > from && this.columnX(c) < to) want.add(c);
		} else {
			const first = Math.max(0, Math.floor((from - this.left) / this.pitch));
			for (let c = first; c < n && this.columnX(c) < to; c++) want.add(c);
		}
		for (const [c, g] of this.drawn) if (!want.has(c)) { g.remove(); this.drawn.delete(c); }
		for (const c of want) if (!this.drawn.has(c)) this.drawn.set(c, this.drawColumn(c));
		if (this.options.moved) this.options.moved(this);
	}
	drawBack() {
		const key = this.folded;
		if (this.backFor === key) return;
		this.backFor = key;
		this.back.replaceChildren();
		const layout = this.graph.layout;
		for (const [, y, h] of layout.bands)
			shape("rect", {class: "band", x: MARGIN, y: HEAD + y, width: this.span - 2 * MARGIN, height: h, rx: 8}, this.back);
		if (!this.folded) return;
		const g = shape("g", {class: "fold"}, this.back), x = this.left + 2 * this.pitch;
		shape("rect", {class: "fold", x, y: HEAD, width: FOLD, height: layout.height, rx: 8}, g);
		shape("text", {class: "more", x: x + FOLD / 2, y: HEAD + layout.height / 2 - 8}, g, "⋯");
		shape("text", {class: "more", x: x + FOLD / 2, y: HEAD + layout.height / 2 + 10}, g, this.graph.columns.length - 3 + " steps");
		shape("title", {}, g, "unfold");
		g.addEventListener("click", () => this.options.unfold ? this.options.unfold() : this.fold(false));
	}
	drawSide() {
		const layout = this.graph.layout, g = this.graph;
		shape("rect", {class: "shade", x: 0, y: 0, width: MARGIN + layout.weightsWidth, height: HEAD + layout.height}, this.side);
		for (const [label, y, h] of layout.bands) {
			shape("rect", {class: "band", x: MARGIN, y: HEAD + y, width: layout.weightsWidth, height: h, rx: 8}, this.side);
			shape("text", {class: "layer left", x: MARGIN + 10, y: HEAD + y + 14}, this.side, label);
		}
		for (const [id, x, y, w, label] of layout.weights) {
			const row = g.rows[g.byId[id].row];
			const box = shape("g", {class: "box weight w" + id, "data-id": id, transform: `translate(${MARGIN + x} ${HEAD + y})`}, this.side);
			shape("rect", {width: w, height: 18, rx: 3}, box);
			const text = shape("text", {x: w / 2, y: 9}, box);
			shape("tspan", {class: "name"}, text, label);
			shape("tspan", {class: "sign", dx: 6}, text, shapeText(row.shape));
		}
	}
	drawBox(group, row, id, extra) {
		const r = this.graph.rows[row], [x, y, w] = this.graph.layout.rows[row], h = this.graph.layout.rowHeight;
		const box = shape("g", {class: `box ${r.class} r${row} ${extra}`, "data-id": id, transform: `translate(${x} ${HEAD + y})`}, group);
		shape("rect", {width: w, height: h, rx: r.kind == "value" ? 4 : h / 2}, box);
		const text = shape("text", {x: w / 2, y: h / 2}, box);
		if (r.sign) shape("tspan", {class: "sign"}, text, r.sign);
		if (r.name) shape("tspan", {class: "name", dx: r.sign ? 6 : 0}, text, r.name);
		return box;
	}
	drawTie(group, from, to, y) {
		shape("path", {class: "tie", "marker-end": `url(#${this.ids}tie)`, d: `M${from} ${y}H${to}`}, group);
	}
	// Ties of a value that another step made, relative to column c.
	drawTies(group, c, row) {
		const g = this.graph, r = g.rows[row], [x, ry, w] = g.layout.rows[row], y = HEAD + ry + g.layout.rowHeight / 2;
		const past = r.kind == "past", side = past ? -1 : 1, n = g.columns.length, edge = past ? x : x + w;
		const outside = past ? -STUB : g.layout.width + STUB / 2;
		const straight = r.from >= 0 && Math.abs(r.delta) == 1 && g.layout.rows[r.from][1] == ry;
		const [fx, , fw] = r.from >= 0 ? g.layout.rows[r.from] : [0, 0, 0], out = past ? fx + fw : fx;
		const other = c + side, there = other >= 0 && other < n && g.steps > 0;
		const foldEdge = past ? -GAP : g.layout.width + GAP;
		if (straight && there && this.shows(other)) this.drawTie(group, out + side * this.pitch, edge, y);
		else this.drawTie(group, straight && there ? foldEdge : outside, edge, y);
		const next = c - side, nextThere = next >= 0 && next < n && g.steps > 0;
		if (straight && (nextThere ? !this.shows(next) : !g.steps))
			this.drawTie(group, out, nextThere ? (past ? g.layout.width + GAP : -GAP) : past ? g.layout.width + STUB / 2 : -STUB, y);
	}
	drawColumn(c) {
		const g = this.graph, group = shape("g", {class: "column", transform: `translate(${this.columnX(c)} 0)`}, this.cells);
		shape("text", {class: "step", x: g.layout.width / 2, y: HEAD / 2}, group, g.steps ? "step " + c : "every step");
		const edges = shape("g", {transform: `translate(0 ${HEAD})`}, group), edgeRows = new Map();
		for (const n of g.columns[c]) {
			if (n.op == "update") continue;
			n.in.forEach((id, k) => {
				const from = g.operandRow(n, k), d = from >= 0 && g.paths.get(from + "," + n.row);
				if (!d) return;
				shape("path", {class: "edge", "marker-end": `url(#${this.ids}edge)`, d, "data-from": id, "data-to": n.id}, edges);
				if (!g.layout.rows[from] || g.rows[from].kind == "value" || edgeRows.has(from)) return;
				edgeRows.set(from, id);
			});
		}
		for (const [row, id] of edgeRows) this.drawTies(group, c, row);
		for (const n of g.columns[c]) {
			const marks = this.options.marks && this.options.marks.get(n.id) || "";
			const box = this.drawBox(group, n.row, n.id, g.weights(n).map(i => "w" + i).join(" ") + " " + marks);
			if (n.op == "update" && g.rows[n.row].from >= 0) {
				const [fx, fy, fw] = g.layout.rows[g.rows[n.row].from];
				if (fy == g.layout.rows[n.row][1]) this.drawTie(group, fx + fw, g.layout.rows[n.row][0], HEAD + fy + g.layout.rowHeight / 2);
			}
			if (n.id === this.picked) box.classList.add("picked");
		}
		for (const [row, id] of edgeRows) this.drawBox(group, row, id, "");
		if (this.picked !== undefined) this.markNear(group);
		return group;
	}
	markNear(group) {
		const id = String(this.picked), near = new Set(), n = this.graph.byId[this.picked];
		for (const p of group.querySelectorAll(".edge")) {
			const on = p.dataset.from == id || p.dataset.to == id;
			p.classList.toggle("near", on);
			if (on) near.add(p.dataset.from).add(p.dataset.to);
		}
		for (const b of group.querySelectorAll(".box")) {
			b.classList.toggle("picked", b.dataset.id == id);
			b.classList.toggle("near", near.has(b.dataset.id) && b.dataset.id != id);
			b.classList.toggle("mate", Boolean(n && n.group) && this.graph.byId[b.dataset.id].group == n.group);
		}
	}
	pick(id) {
		this.picked = id;
		for (const g of this.drawn.values()) this.markNear(g);
		for (const b of this.side.querySelectorAll(".box")) b.classList.toggle("picked", b.dataset.id == String(id));
	}
	show(c, row) {
		if (!this.shows(c)) this.options.unfold ? this.options.unfold() : this.fold(false);
		const at = row !== undefined ? this.graph.layout.rows[row] : null;
		if (at && this.scale < 0.4) this.zoom(0.6 / this.scale);
		const x = this.columnX(c) + (at ? at[0] : 0), y = at ? HEAD + at[1] : 0, w = at ? at[2] : this.graph.layout.width;
		const sx = x * this.scale + this.x, sy = y * this.scale + this.y, side = this.left * this.scale;
		if (sx < side || sx + w * this.scale > this.size.width) this.x = (this.size.width + side) / 2 - (x + w / 2) * this.scale;
		if (at && (sy < 0 || sy > this.size.height - 60)) this.y = this.size.height / 2 - y * this.scale;
		this.moved();
	}
	listen() {
		let drag = null;
		this.svg.addEventListener("pointerdown", e => { drag = [e.clientX, e.clientY, this.x, this.y, false]; });
		window.addEventListener("pointermove", e => {
			if (!drag) return;
			const dx = e.clientX - drag[0], dy = e.clientY - drag[1];
			if (Math.abs(dx) + Math.abs(dy) > 3) drag[4] = true;
			if (!drag[4]) return;
			this.x = drag[2] + dx;
			this.y = drag[3] + dy;
			this.moved();
		});
		window.addEventListener("pointerup", () => { if (drag && drag[4]) this.dragged = Date.now(); drag = null; });
		this.svg.addEventListener("wheel", e => {
			e.preventDefault();
			const box = this.svg.getBoundingClientRect();
			if (e.shiftKey || Math.abs(e.deltaX) > Math.abs(e.deltaY)) { this.x -= e.deltaX || e.deltaY; this.moved(); }
			else this.zoom(Math.exp(-e.deltaY * (e.deltaMode ? 0.04 : 0.0015)), [e.clientX - box.x, e.clientY - box.y]);
		}, {passive: false});
		this.svg.addEventListener("click", e => {
			const box = e.target.closest(".box");
			if (this.dragged && Date.now() - this.dragged < 100) return;
			if (this.options.pick) this.options.pick(box ? Number(box.dataset.id) : undefined);
		});
		this.svg.addEventListener("pointerover", e => {
			const box = e.target.closest(".box");
			if (this.options.hover) this.options.hover(box ? Number(box.dataset.id) : undefined);
		});
		this.svg.addEventListener("keydown", e => {
			const step = {ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60]}[e.key];
			if (step && !(this.options.key && this.options.key(e.key))) { this.x += step[0]; this.y += step[1]; this.moved(); }
			else if (e.key == "+" || e.key == "=") this.zoom(1.2);
			else if (e.key == "-") this.zoom(1 / 1.2);
			else if (e.key == "0") this.fit();
			else return;
			e.preventDefault();
		});
	}
}
View.count = 0;
