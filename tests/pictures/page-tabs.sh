# The other parts of the page: passes, buffers, costs; in dark too.
run "$NETC" "$ROOT/examples/pedal/pedal.net" --unroll 6 --emit=html -o pedal.html
browse pedal.html -dark <<'JS'
const want = (ok, what) => { if (!ok) throw new Error(what); };
const wait = () => new Promise(r => requestAnimationFrame(() => setTimeout(r, 60)));
const open = name => document.querySelector(`nav [data-tab=${name}]`).click();
const ink = c => Math.max(...c.match(/\d+/g).slice(0, 3).map(Number));
want(ink(getComputedStyle(document.body).backgroundColor) < 60 && ink(getComputedStyle(document.body).color) > 180, "dark");

open("passes");
await wait();
const names = [...document.querySelectorAll("#list button")].map(b => b.textContent.split(" ")[0]);
for (const name of ["shape", "fold", "dce", "unroll", "plan"]) want(names.includes(name), "no pass " + name);
document.querySelectorAll("#list button")[names.indexOf("dce")].click();
await wait();
want(document.querySelectorAll("#before .column").length == 1 && document.querySelectorAll("#after .column").length == 1, "before and after");
const dce = data.passes.findIndex(p => p.name == "dce"), fewer = data.passes[dce - 1].nodes - data.passes[dce].nodes;
want(fewer > 0 && document.querySelector(".lost").textContent == fewer + " gone", "dce: " + document.querySelector(".lost").textContent);
want(document.querySelectorAll("#before .gone").length >= 1, "what is gone is not framed");
want(document.querySelectorAll("#after .new").length == 0, "dce makes something");

open("memory");
await wait();
want(document.getElementById("memory-text").textContent.includes(bytes(graph.memory.peak)) && graph.memory.peak > 0, "the peak");
const canvas = document.querySelector("#lives canvas"), pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
const colours = new Set();
for (let i = 0; i < pixels.length; i += 4) colours.add(pixels[i] << 16 | pixels[i + 1] << 8 | pixels[i + 2]);
want(colours.size > 3, "the chart is empty");
// No two values lie on each other: that is the plan, seen in the page.
for (const a of lives.rects) for (const b of lives.rects)
	want(a === b || a[1] <= b[4] || b[1] <= a[4] || graph.byId[a[0]].group == graph.byId[b[0]].group && graph.byId[a[0]].group || a[2] + a[3] <= b[2] || b[2] + b[3] <= a[2], `%${a[0]} and %${b[0]} share memory`);
want(Math.max(...lives.rects.map(r => r[2] + r[3])) <= graph.memory.peak, "a value beyond the peak");

open("cost");
await wait();
const rows = [...document.querySelectorAll("#layers tr")].map(r => r.innerText.replace(/\s+/g, " "));
want(rows.some(r => r.startsWith("model.clipper 4 608 B")), "the layers: " + rows.join("; "));
want(rows.some(r => r.startsWith("total 4 676 B")), "the total: " + rows.join("; "));
want(document.querySelector("#flash svg").textContent.includes("N = 6"), "the chart of flash");
return "good";
JS
expect_text out good

# Other nets: every part of the page opens and every node can be selected without an error.
for what in "seeds/bidirectional.net --unroll 7" "digits/digits.net --stop-after=shape" "seeds/decoder.net --unroll 0"; do
	# shellcheck disable=SC2086
	run "$NETC" "$ROOT"/examples/$what --emit=html -o other.html
	browse other.html <<'JS'
const wait = () => new Promise(r => requestAnimationFrame(() => setTimeout(r, 10)));
openTab("passes");
for (let i = 0; i < data.passes.length; i++) { showPass(i); await wait(); }
for (const tab of ["memory", "cost", "graph"]) { openTab(tab); await wait(); }
setFold(false);
await wait();
for (const n of graph.nodes) pick(n.id, true);
const drawn = document.querySelectorAll("#canvas .column .edge").length, ties = document.querySelectorAll("#canvas .tie").length;
if (drawn < 20 || ties < 2) throw new Error(`${drawn} lines, ${ties} ties`);
return "good";
JS
	expect_text out good
done
