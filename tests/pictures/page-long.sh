# Two thousand steps: the page opens, moves and finds without freezing, since only columns in sight are in the document.
run "$NETC" "$ROOT/examples/pedal/pedal.net" --unroll 2000 --emit=html -o long.html
browse long.html <<'JS'
const wait = () => new Promise(r => requestAnimationFrame(() => setTimeout(r, 0)));
const took = async f => { const begin = performance.now(); f(); await wait(); return performance.now() - begin; };
const times = {
	load: performance.timing.loadEventEnd - performance.timing.navigationStart,
	unfold: await took(() => setFold(false)),
	move: await took(() => { view.x -= 50000; view.moved(); }),
	far: await took(() => view.zoom(0.01)),
	step: await took(() => search("step 1500")),
	search: await took(() => search("tanh")),
	memory: await took(() => openTab("memory")),
	passes: await took(() => openTab("passes")),
};
openTab("graph");
await wait();
for (const name in times) if (times[name] > (name == "load" ? 8000 : 2000)) throw new Error(`${name} took ${times[name]} ms`);
const elements = document.querySelectorAll("#canvas *").length;
if (elements > 40000) throw new Error(elements + " elements");
return ["good", elements, times];
JS
expect_text out good
