// page.js: the rest of the page of --emit=html, after view.js: the source, what a click shows, search, passes, buffers, costs.

// The source beside the graph: text → nodes by the span that is smallest under the pointer, nodes → text by marks.
class Source {
	constructor(host, files, rows, onRows) {
		this.rows = rows;
		this.files = files.map((f, i) => this.addFile(host, f, i));
		host.addEventListener("pointermove", e => onRows(this.rowsAt(e), false));
		host.addEventListener("pointerleave", () => onRows([], false));
		host.addEventListener("click", e => onRows(this.rowsAt(e), true));
	}
	addFile(host, f, index) {
		const head = element("p", {class: "file"}, host, f.name), code = element("div", {class: "code"}, host);
		const file = {lines: [], starts: [], places: [], code, spans: []};
		let at = 0;
		for (const c of f.text) { // bytes to places in the string
			const size = c.codePointAt(0) < 0x80 ? 1 : c.codePointAt(0) < 0x800 ? 2 : c.codePointAt(0) < 0x10000 ? 3 : 4;
			for (let i = 0; i < size; i++) file.places.push(at);
			at += c.length;
		}
		file.places.push(at);
		let start = 0;
		f.text.split("\n").forEach((line, n) => {
			const div = element("div", {"data-n": n + 1, "data-file": index}, code, line);
			if (/^\s*#/.test(line)) div.className = "remark";
			file.lines.push([div, line]);
			file.starts.push(start);
			start += line.length + 1;
		});
		this.rows.forEach((r, i) => {
			if (r.at && r.at.file == index) file.spans.push([file.places[r.at.from], file.places[r.at.to], i]);
		});
		head.addEventListener("click", () => code.hidden = !code.hidden);
		code.hidden = index > 0 && f.name == "prelude.net";
		return file;
	}
	rowsAt(e) {
		const line = e.target.closest(".code div");
		if (!line) return [];
		let node, offset;
		if (document.caretPositionFromPoint) {
			const p = document.caretPositionFromPoint(e.clientX, e.clientY);
			if (p) { node = p.offsetNode; offset = p.offset; }
		} else if (document.caretRangeFromPoint) {
			const p = document.caretRangeFromPoint(e.clientX, e.clientY);
			if (p) { node = p.startContainer; offset = p.startOffset; }
		}
		if (!node || !line.contains(node)) return [];
		const range = document.createRange();
		range.setStart(line, 0);
		range.setEnd(node, offset);
		return this.rowsOf(Number(line.dataset.file), Number(line.dataset.n) - 1, range.toString().length);
	}
	rowsOf(index, line, column) {
		const file = this.files[index], at = file.starts[line] + column;
		let least = Infinity, rows = [];
		for (const [from, to, row] of file.spans) {
			if (at < from || at > to || to - from > least) continue;
			if (to - from < least) rows = [];
			least = to - from;
			rows.push(row);
		}
		return rows;
	}
	clear() {
		for (const file of this.files)
			for (const [div, text] of file.lines)
				if (div.firstElementChild || div.classList.contains("here")) { div.textContent = text; div.classList.remove("here"); }
	}
	mark(span, kind, scroll) {
		const file = span && this.files[span.file];
		if (!file) return;
		const from = file.places[span.from], to = file.places[span.to];
		for (let n = span.line - 1; n < file.lines.length && file.starts[n] < to; n++) {
			const [div, text] = file.lines[n], a = Math.max(0, from - file.starts[n]), b = Math.min(text.length, to - file.starts[n]);
			div.textContent = text.slice(0, a);
			element("mark", kind ? {class: kind} : {}, div, text.slice(a, b));
			div.append(text.slice(b));
			div.classList.add("here");
			if (scroll && n == span.line - 1) {
				file.code.hidden = false;
				div.scrollIntoView({block: "nearest"});
			}
		}
	}
}

const graph = new Graph(data.graph, data.layout);
const lit = element("style", {}, document.head); // what is pointed at, in columns that are not drawn yet too
let picked, source;

function light(rows, weights) {
	const names = rows.map(r => `.r${r} rect`).concat(weights.map(w => `.w${w} rect`));
	lit.textContent = names.length ? names.map(n => "#canvas " + n).join(",") + "{stroke:var(--pick);stroke-width:2.6}" : "";
}
function markSource(id, scroll) {
	source.clear();
	const n = id !== undefined ? graph.byId[id] : undefined;
	if (!n) return;
	source.mark(graph.rows[n.row].site, "site", false);
	source.mark(graph.rows[n.row].at, "", scroll);
}
const view = new View($("canvas"), graph, {
	pick: id => pick(id, false),
	hover: id => {
		const n = id !== undefined ? graph.byId[id] : undefined;
		light([], n && graph.rows[n.row].kind == "once" ? [id] : []);
		markSource(id !== undefined ? id : picked, false);
	},
	unfold: () => setFold(false),
	key: k => {
		const n = picked !== undefined ? graph.byId[picked] : undefined, by = {ArrowLeft: -1, ArrowRight: 1}[k];
		if (!n || !by || n.step < 0) return false;
		const other = (graph.columns[n.step + by] || []).find(m => m.row == n.row);
		if (other) pick(other.id, true);
		return true;
	},
});
source = new Source($("source"), data.sources, graph.rows, (rows, click) => {
	light(rows, rows.flatMap(r => graph.rows[r].kind == "once" ? graph.nodes.filter(n => n.row == r).map(n => n.id) : []));
	if (!click || !rows.length) return;
	const c = picked !== undefined ? graph.column(graph.byId[picked]) : 0;
	const n = graph.columns[c].find(m => m.row == rows[0]) || graph.nodes.find(m => m.row == rows[0]);
	if (n) pick(n.id, true);
});

function setFold(on) {
	view.fold(on);
	$("fold").textContent = on ? `Unfold ${graph.columns.length - 3} steps` : "Fold";
}
function nodeLink(parent, id) {
	const n = graph.byId[id];
	const a = element("a", {}, parent, `%${id} ${graph.label(n)}` + (n.step >= 0 ? ` @${n.step}` : ""));
	a.addEventListener("click", () => pick(id, true));
	parent.append(" ");
}
function bufferText(n) {
	const r = graph.rows[n.row];
	if (n.output !== undefined) return "the caller's array of output " + graph.outputs[n.output].name;
	if (n.into !== undefined) return "the state " + graph.states[n.into].name;
	if (n.offset === undefined && n.group) return "none: it stays inside the loop";
	if (n.offset === undefined) return r.kind == "once" && n.op == "param" ? bytes(r.bytes) + " of weights" : "none";
	const end = Math.max(n.id, ...graph.users(n).slice(-1));
	return `bytes ${number(n.offset)} … ${number(n.offset + r.bytes)}, from %${n.id} to %${end}`;
}
function pick(id, reveal) {
	picked = id;
	view.pick(id);
	markSource(id, true);
	const n = id !== undefined ? graph.byId[id] : undefined, box = $("details");
	box.hidden = !n;
	if (!n) return;
	const r = graph.rows[n.row];
	if (reveal && graph.isPlaced(n)) view.show(graph.column(n), n.row);
	box.replaceChildren();
	element("h2", {}, box, graph.label(n));
	element("button", {class: "close", "aria-label": "Close"}, box, "×").addEventListener("click", () => pick(undefined));
	const list = element("dl", {}, box);
	const add = (key, value) => { element("dt", {}, list, key); return element("dd", {}, list, value); };
	add("node", `%${n.id}`);
	add("operator", n.op + (n.value !== undefined ? " " + n.value : ""));
	add("shape", shapeText(r.shape) + (r.batched && graph.batch > 1 ? ` × batch ${graph.batch}` : ""));
	if (n.step >= 0) add("step", n.step);
	if (r.layer) add("layer", r.layer);
	for (const [key, span] of [["source", r.at], ["from", r.site]])
		if (span) element("a", {}, add(key, ""), `${data.sources[span.file].name}:${span.line}`).addEventListener("click", () => markSource(n.id, true));
	if (r.macs || r.flops) add("cost", [r.macs ? number(r.macs) + " multiply-adds" : "", r.flops ? number(r.flops) + " other operations" : ""].filter(x => x).join(", "));
	add("buffer", bufferText(n));
	const others = n.group ? graph.nodes.filter(m => m.group == n.group && m !== n) : [];
	if (others.length) { const dd = add("together with", ""); others.slice(0, 12).forEach(m => nodeLink(dd, m.id)); }
	if (n.in.length) { const dd = add("takes", ""); n.in.slice(0, 12).forEach(i => nodeLink(dd, i)); }
	const users = graph.users(n);
	if (users.length) {
		const dd = add("feeds", "");
		users.slice(0, 12).forEach(i => nodeLink(dd, i));
		if (users.length > 12) dd.append(`and ${number(users.length - 12)} more`);
	}
}

// Search: "%12" is a node, "step 57" a step, anything else a part of a name, sign, operator or layer.
let matches = [], match = -1;
function search(text) {
	const t = text.trim().toLowerCase();
	let m;
	matches = [];
	match = -1;
	$("found").textContent = "";
	light([], []);
	if (!t) return;
	if ((m = /^%(\d+)$/.exec(t))) matches = graph.byId[m[1]] ? [Number(m[1])] : [];
	else if ((m = /^step\s*(\d+)$/.exec(t))) {
		if (m[1] < graph.columns.length && graph.steps) view.show(Number(m[1]));
		$("found").textContent = m[1] < graph.columns.length ? "" : "no such step";
		return;
	} else {
		const rows = new Set();
		graph.rows.forEach((r, i) => { if (`${r.name}\n${r.sign}\n${r.op}\n${r.layer}`.toLowerCase().includes(t)) rows.add(i); });
		matches = graph.nodes.filter(n => rows.has(n.row)).map(n => n.id);
		light([...rows], matches.filter(i => graph.rows[graph.byId[i].row].kind == "once"));
	}
	$("found").textContent = matches.length ? `${number(matches.length)} found` : "not found";
}
function nextMatch(by) {
	if (!matches.length) return;
	match = (match + by + matches.length) % matches.length;
	$("found").textContent = `${number(match + 1)} of ${number(matches.length)}`;
	pick(matches[match], true);
}

// Before and after each pass. Nodes are the same if everything but their number is.
function nodeKeys(g) {
	const seen = new Map(), keys = new Map();
	for (const n of g.nodes) {
		const r = g.rows[n.row], span = s => s ? `${s.file}:${s.from}-${s.to}` : "";
		const base = [n.op, n.step, n.index, n.value, n.state, n.depth, r.name, r.layer, span(r.at), span(r.site)].join("|");
		const k = seen.get(base) || 0;
		seen.set(base, k + 1);
		keys.set(n.id, base + "|" + k);
	}
	return keys;
}
const passGraphs = [];
const passGraph = i => passGraphs[i] = passGraphs[i] || new Graph(data.passes[i].graph, data.passes[i].layout);
function marksOf(g, other, name) {
	const there = new Set(nodeKeys(other).values()), marks = new Map();
	for (const [id, key] of nodeKeys(g)) if (!there.has(key)) marks.set(id, name);
	return marks;
}
function showPass(i) {
	[...$("list").children].forEach((li, k) => li.firstChild.classList.toggle("on", k == i));
	const after = passGraph(i), before = i ? passGraph(i - 1) : null, p = data.passes[i];
	for (const id of ["before", "after"]) $(id).replaceChildren();
	$("before").parentNode.hidden = !before;
	const gone = before ? marksOf(before, after, "gone") : new Map(), made = before ? marksOf(after, before, "new") : new Map();
	const sameSteps = before && before.steps == after.steps;
	$("after-text").textContent = `After ${p.name} (${p.what}): ${number(p.nodes)} nodes`;
	if (before) {
		$("before-text").textContent = `Before ${p.name}: ${number(data.passes[i - 1].nodes)} nodes`;
		if (sameSteps) {
			$("before-text").append(", ");
			element("span", {class: "lost"}, $("before-text"), `${gone.size} gone`);
			$("after-text").append(", ");
			element("span", {class: "won"}, $("after-text"), `${made.size} new`);
		}
		new View($("before"), before, {least: 0.3, marks: sameSteps ? gone : new Map()});
	}
	new View($("after"), after, {least: 0.3, marks: sameSteps ? made : new Map()});
}
data.passes.forEach((p, i) => {
	const b = element("button", {title: p.what}, element("li", {}, $("list")), `${p.name} · ${number(p.nodes)}`);
	b.addEventListener("click", () => showPass(i));
});

// Lifetimes: address over time, in the order of the program.
const lives = {rects: [], canvas: document.querySelector("#lives canvas"), host: $("lives")};
function prepareLives() {
	// What one loop computes begins and ends together.
	const first = [], end = [], last = [];
	for (const n of graph.nodes) if (n.group) { first[n.group] = Math.min(first[n.group] ?? n.id, n.id); end[n.group] = n.id; }
	for (const n of graph.nodes) for (const i of n.in) last[i] = Math.max(last[i] || 0, end[n.group] || n.id);
	for (const n of graph.nodes)
		if (n.offset !== undefined) lives.rects.push([n.id, Math.max(n.id, last[n.id] || 0), n.offset, graph.rows[n.row].bytes, n.group ? first[n.group] : n.id]);
	// A value may take the place of an operand inside a loop: element by element.
	const before = new Map();
	for (const r of lives.rects) {
		const old = before.get(r[2]);
		if (old && old[3] == r[3] && old[1] > r[4]) { r[4] = r[0]; old[1] = Math.min(old[1], r[0]); }
		before.set(r[2], r);
	}
	const m = graph.memory || {peak: 0, bound: 0, state: 0};
	lives.peak = m.peak;
	$("memory-text").textContent = !graph.memory || !m.peak ? "No work buffer has been planned at this point of the pipeline."
		: `Work buffer: the plan takes ${bytes(m.peak)}; no plan in this order takes less than ${bytes(m.bound)}. The state is ${bytes(m.state)} more.`;
}
function colours() {
	const style = getComputedStyle(document.documentElement), of = n => style.getPropertyValue("--" + n).trim();
	return {of, fill: c => of(c), ink: c => of(c + "-ink")};
}
function drawLives() {
	const host = lives.host, width = host.clientWidth, height = host.clientHeight, ratio = window.devicePixelRatio || 1;
	if (!width || !height) return;
	const n = graph.nodes.length, per = Math.max((width - 70) / Math.max(n, 1), 2), colour = colours();
	$("room").style.width = 70 + n * per + "px";
	Object.assign(lives.canvas, {width: width * ratio, height: height * ratio});
	const c = lives.canvas.getContext("2d"), scroll = host.scrollLeft, top = 14, tall = height - 44;
	const x = i => 60 + i * per - scroll, y = b => top + tall - b / Math.max(lives.peak, 1) * tall;
	lives.scale = {x, y, per, scroll};
	c.scale(ratio, ratio);
	c.clearRect(0, 0, width, height);
	c.font = "12px system-ui, sans-serif";
	for (const [from, to, at, size, begin] of lives.rects) {
		if (x(to + 1) < 60 || x(begin) > width) continue;
		const kind = graph.rows[graph.byId[from].row].class;
		c.fillStyle = colour.fill(kind);
		c.strokeStyle = from === picked ? colour.of("pick") : colour.ink(kind);
		c.lineWidth = from === picked ? 2.5 : 0.7;
		c.fillRect(x(begin), y(at + size), (to - begin + 1) * per - 0.5, y(at) - y(at + size));
		c.strokeRect(x(begin), y(at + size), (to - begin + 1) * per - 0.5, y(at) - y(at + size));
	}
	c.fillStyle = colour.of("bg");
	c.fillRect(0, 0, 59, height);
	c.lineWidth = 1.5;
	c.textAlign = "right";
	const bound = graph.memory ? graph.memory.bound : 0;
	for (const [b, name, dash] of [[0, "0", []], [bound, bound == lives.peak ? "" : "bound", [2, 4]], [lives.peak, bytes(lives.peak), [6, 4]]]) {
		c.strokeStyle = b ? colour.of("pick") : colour.of("rim");
		c.setLineDash(dash);
		c.beginPath();
		c.moveTo(60, y(b));
		c.lineTo(width, y(b));
		c.stroke();
		c.fillStyle = colour.of("soft");
		c.fillText(name, 54, y(b) + 4);
	}
	c.setLineDash([]);
	c.textAlign = "left";
	let right = -Infinity;
	for (let s = 0; s < graph.columns.length && graph.steps; s++) {
		if (!graph.columns[s].length) continue;
		const at = x(graph.columns[s][0].id);
		if (at < 60 || at > width || at < right + 60) continue;
		right = at;
		c.fillText("step " + s, at, height - 10);
		c.fillRect(at, top + tall, 1, 8);
	}
}
function lifeAt(e) {
	const box = lives.canvas.getBoundingClientRect(), px = e.clientX - box.x, py = e.clientY - box.y, s = lives.scale;
	return s && lives.rects.findLast(r => px >= s.x(r[4]) && px < s.x(r[1] + 1) && py <= s.y(r[2]) && py >= s.y(r[2] + r[3]));
}

function layerTable() {
	const max = key => Math.max(1, ...graph.layers.map(l => l[key])), steps = Math.max(1, graph.steps);
	const table = element("table", {}, $("layers"));
	element("caption", {}, table, graph.steps ? `By layer, over ${steps} step${steps > 1 ? "s" : ""}` : "By layer");
	const head = element("tr", {}, table);
	for (const h of ["layer", "weights", "multiply-adds", "other operations", "nodes"]) element("th", {}, head, h);
	const total = {layer: "total", weightBytes: 0, macs: 0, flops: 0, nodes: 0};
	for (const l of [...graph.layers, total]) {
		const tr = element("tr", {}, table);
		element("td", {}, tr, l.layer || "(model)");
		for (const [key, kind] of [["weightBytes", "w"], ["macs", "m"], ["flops", "f"]]) {
			const td = element("td", {class: "n"}, tr, key == "weightBytes" ? bytes(l[key]) : number(l[key]));
			if (l !== total) element("i", {class: kind, style: `width:${100 * l[key] / max(key)}%`}, td);
			if (l !== total) total[key] += l[key];
		}
		element("td", {class: "n"}, tr, number(l.nodes));
		if (l !== total) total.nodes += l.nodes;
	}
}
function flashChart(target) {
	const f = data.flash, steps = Math.max(1, graph.steps), most = Math.max(8, 2 * steps), w = 460, h = 240, l = 70, b = 30;
	const size = n => Math.round(f.weights + target.fixed + target.perStep * n), x = n => l + n / most * (w - l - 20), y = v => h - b - v / size(most) * (h - b - 20);
	const svg = shape("svg", {class: "chart", width: w, height: h});
	shape("path", {class: "area", d: `M${x(0)} ${y(0)}V${y(f.weights)}H${x(most)}V${y(0)}z`}, svg);
	shape("path", {class: "axis", d: `M${l} 20V${h - b}H${w - 20}`}, svg);
	shape("path", {class: "curve-line", d: `M${x(0)} ${y(size(0))}L${x(most)} ${y(size(most))}`}, svg);
	shape("circle", {class: "dot", cx: x(steps), cy: y(size(steps)), r: 4}, svg);
	shape("text", {x: x(steps) + 8, y: y(size(steps)) + 16}, svg, `N = ${steps}: about ${bytes(size(steps))}`);
	shape("text", {x: x(0) + 8, y: y(f.weights / 2) + 4}, svg, `weights ${bytes(f.weights)}`);
	for (const n of [0, steps, most]) shape("text", {x: x(n), y: h - 10, "text-anchor": "middle"}, svg, n);
	shape("text", {x: l - 8, y: y(size(most)) + 4, "text-anchor": "end"}, svg, bytes(size(most)));
	shape("text", {x: l - 8, y: y(0) + 4, "text-anchor": "end"}, svg, "0");
	$("chart").replaceChildren(svg);
	[...$("targets").querySelectorAll("button")].forEach(b => b.classList.toggle("on", b.textContent == target.name));
}
// What the forecast says of each target; a click draws its flash against the steps.
function targetTable() {
	const targets = data.flash.targets;
	$("flash").hidden = !targets.length;
	if (!targets.length) return;
	element("h2", {}, $("flash"), "Flash against the steps of the window");
	element("div", {id: "chart"}, $("flash"));
	const table = element("table", {id: "targets"}, $("flash")), head = element("tr", {}, table);
	for (const h of ["target", "instructions a step", "code", "and a step more"]) element("th", {}, head, h);
	for (const t of targets) {
		const tr = element("tr", {}, table);
		const button = element("button", {title: t.what}, element("td", {}, tr), t.name);
		button.addEventListener("click", () => flashChart(t));
		for (const text of [number(t.instructions), bytes(Math.round(t.fixed + t.perStep * Math.max(1, graph.steps))), bytes(t.perStep)])
			element("td", {class: "n"}, tr, text);
	}
	flashChart(targets.find(t => t.name == "m4") || targets[0]);
}

function openTab(name) {
	document.querySelectorAll(".tab").forEach(t => t.classList.toggle("on", t.id == name));
	document.querySelectorAll("nav button").forEach(b => b.classList.toggle("on", b.dataset.tab == name));
	if (name == "memory") drawLives();
	if (name == "passes" && data.passes.length && !$("list").querySelector(".on")) showPass(data.passes.length - 1);
}
document.querySelectorAll("nav button").forEach(b => b.addEventListener("click", () => openTab(b.dataset.tab)));
document.querySelector("nav [data-tab=passes]").hidden = !data.passes.length;
document.querySelector("h1").textContent = document.title;
$("facts").textContent = (graph.steps ? `${number(graph.steps)} step${graph.steps > 1 ? "s" : ""} · ` : "not unrolled · ") +
	`${number(graph.nodes.length)} nodes · ${bytes(data.flash.weights)} of weights` + (graph.memory ? ` · ${bytes(graph.memory.state)} of state` : "");
$("fold").hidden = graph.columns.length <= 4;
$("fold").addEventListener("click", () => setFold(!view.folded));
$("fit").addEventListener("click", () => view.fit());
$("in").addEventListener("click", () => view.zoom(1.25));
$("out").addEventListener("click", () => view.zoom(0.8));
$("search").addEventListener("input", e => search(e.target.value));
$("search").addEventListener("keydown", e => {
	if (e.key == "Enter") nextMatch(e.shiftKey ? -1 : 1);
	if (e.key == "Escape") { e.target.value = ""; search(""); e.target.blur(); }
});
document.addEventListener("keydown", e => {
	if (e.target.tagName == "INPUT") return;
	if (e.key == "/") { $("search").focus(); e.preventDefault(); }
	if (e.key == "Escape") pick(undefined);
});
lives.host.addEventListener("scroll", drawLives);
lives.canvas.addEventListener("pointermove", e => {
	const r = lifeAt(e), n = r && graph.byId[r[0]];
	$("life").textContent = n ? `%${r[0]} ${graph.label(n)}` + (n.step >= 0 ? `, step ${n.step}` : "") + `: bytes ${number(r[2])} … ${number(r[2] + r[3])}, until %${r[1]}` : "";
});
lives.canvas.addEventListener("click", e => {
	const r = lifeAt(e);
	if (!r) return;
	openTab("graph");
	pick(r[0], true);
});
new ResizeObserver(drawLives).observe(lives.host);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawLives);
$("fold").textContent = `Unfold ${graph.columns.length - 3} steps`;
prepareLives();
layerTable();
targetTable();
