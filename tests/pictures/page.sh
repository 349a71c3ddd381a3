# The page: boxes and texts lie well, a click selects, source and boxes show each other, the fold opens, search finds.
run "$NETC" "$ROOT/examples/pedal/pedal.net" --unroll 12 --emit=html -o pedal.html
browse pedal.html <<'JS'
const want = (ok, what) => { if (!ok) throw new Error(what); };
const wait = () => new Promise(r => requestAnimationFrame(() => setTimeout(r, 20)));
const boxes = () => [...document.querySelectorAll("#canvas .column .box")];
want(document.title == "pedal.net", "the title");
want(document.querySelectorAll("#canvas .column").length >= 1, "columns");

const inside = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
view.fit();
await wait();
want(document.querySelectorAll("#canvas .column").length == 3, "two steps and the last");
const rects = boxes().map(b => b.querySelector("rect").getBoundingClientRect());
for (let i = 0; i < rects.length; i++)
	for (let k = 0; k < i; k++) want(!inside(rects[i], rects[k]), "boxes overlap: " + boxes()[i].textContent + ", " + boxes()[k].textContent);
for (const b of document.querySelectorAll("#canvas .box")) {
	const r = b.querySelector("rect").getBBox(), t = b.querySelector("text").getBBox();
	want(t.width <= r.width, `'${b.textContent}' is wider than its box`);
}

const click = e => e.dispatchEvent(new MouseEvent("click", {bubbles: true}));
const keep = boxes().find(b => b.textContent.includes("keep"));
click(keep);
want(keep.classList.contains("picked"), "a click does not select");
const details = document.getElementById("details");
want(!details.hidden, "no details");
for (const text of ["keep", "sigmoid", "(16)", "pedal.net:12", number(graph.rows[graph.byId[picked].row].flops) + " other operations", "buffer", "model.clipper"])
	want(details.innerText.includes(text), `'${text}' is not in the details: ` + details.innerText);
want(document.querySelector("mark").textContent == "σ(x * Wxf + y{-1} * Wyf + bf)", "the source is not marked");
want(document.querySelectorAll(".edge.near").length >= 2, "its lines are not marked");
const placed = graph.nodes.find(n => n.offset > 0);
pick(placed.id, true);
want(details.innerText.includes(`bytes ${placed.offset} …`), "its buffer is not in the details: " + details.innerText);
click(document.querySelector("#canvas svg"));
want(details.hidden && !document.querySelector(".picked"), "a click beside it does not let go");

const line = document.querySelectorAll(".code div")[13], at = source.rowsOf(0, 13, line.textContent.indexOf("tanh") + 1);
want(at.length == 1 && graph.rows[at[0]].name == "inflow", "text → boxes: " + JSON.stringify(at));
light(at, []);
const marked = boxes().filter(b => b.textContent.includes("inflow")).map(b => getComputedStyle(b.querySelector("rect")).strokeWidth);
want(marked.length == 3 && marked.every(w => w == "2.6px"), "the boxes of a text are not marked: " + marked);
light([], []);

const weight = [...document.querySelectorAll("#canvas .weight")].find(b => b.textContent.includes("Wxf"));
weight.dispatchEvent(new PointerEvent("pointerover", {bubbles: true}));
const uses = boxes().filter(b => getComputedStyle(b.querySelector("rect")).strokeWidth == "2.6px");
want(uses.length == 3 && uses.every(b => b.textContent.includes("Wxf")), "the uses of a weight are not marked: " + uses.length);

click(document.getElementById("fold"));
view.fit();
await wait();
want(document.querySelectorAll("#canvas .column").length == 12, "unfolding shows " + document.querySelectorAll("#canvas .column").length);
const steps = [...document.querySelectorAll(".step")].map(s => s.textContent);
want(new Set(steps).size == 12, "a step is drawn twice");
click(document.getElementById("fold"));
await wait();
want(document.querySelectorAll("#canvas .column").length == 3, "folding");

const box = document.getElementById("search"), found = document.getElementById("found");
const type = text => { box.value = text; box.dispatchEvent(new Event("input")); };
const enter = () => box.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter"}));
type("charge");
want(found.textContent.endsWith("found"), "search: " + found.textContent);
enter();
want(picked !== undefined, "Enter goes nowhere");
type("%20");
enter();
want(picked === 20, "%20");
type("step 7");
await wait();
want([...document.querySelectorAll(".step")].some(s => s.textContent == "step 7"), "step 7 is not drawn");
type("nothing of that name");
want(found.textContent == "not found", "what is not there is found");
type("");

pick(20, true);
document.querySelector("#canvas svg").dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowRight"}));
want(graph.byId[picked].step == 1 && graph.byId[picked].row == graph.byId[20].row, "→ is not the next step");
return "good";
JS
expect_text out good

# With a planted error the driver must fail.
sed 's/^let picked, source;/&missing();/' pedal.html >broken.html
echo 'return 1' >one.js
expect_status 1 node "$pictures/browse.js" broken.html one.js
expect_text err "missing is not defined"
