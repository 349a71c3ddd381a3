# The JSON follows docs/graph.schema.json and says what the graph is; every key is described in docs/graph.md.
check_json()
{
	for how in "--unroll 5" "--stop-after=shape"; do
		# shellcheck disable=SC2086
		run "$NETC" "$@" $how --emit=json -o "n$((count += 1)).json"
	done
}
count=0
for key in $(grep -oE '^    "[a-z]+":|^     "[a-z]+":' "$ROOT/docs/graph.schema.json" | tr -d ' ":' | sort -u); do
	case $key in type | items | required | properties | enum) continue ;; esac
	grep -qw "$key" "$ROOT/docs/graph.md" || fail "'$key' is not in docs/graph.md"
done
if command -v jq >/dev/null 2>&1; then
	awk '/^<!-- file tone.net/ { on = 1; next } on && /^```$/ { exit } on && !/^```/' "$ROOT/docs/graph.md" >tone.net
	sed -n 's/^\$ netc tone.net --emit=json | //p' "$ROOT/docs/graph.md" >command
	run "$NETC" tone.net --emit=json -o tone.json
	sh -c "$(cat command)" <tone.json >out
	grep -A1 '^\$ netc tone.net --emit=json' "$ROOT/docs/graph.md" | tail -n 1 >wanted
	same wanted out "the example of docs/graph.md"
fi
for python in /usr/bin/python3 python3 none; do
	[ $python = none ] && skip "python3-jsonschema is not installed"
	"$python" -c 'import jsonschema' 2>/dev/null && break
done
every_net check_json
cat >check.py <<'PY'
import glob, json, sys
import jsonschema
schema = json.load(open(sys.argv[1]))
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
names = glob.glob("n*.json")
assert len(names) > 50, names
for name in names:
    graph = json.load(open(name))
    validator.validate(graph)
    steps = graph["steps"]
    for i, node in enumerate(graph["nodes"]):
        row = graph["rows"][node["row"]]
        assert node["id"] == i and node["op"] == row["op"] and node["step"] < max(steps, 1), (name, node)
        assert all(k < i or node["op"] == "delay" for k in node["in"]), (name, node)
    assert sum(l["macs"] for l in graph["layers"]) == sum(graph["rows"][n["row"]]["macs"] for n in graph["nodes"]), name
broken = json.load(open(names[0]))
broken["nodes"][0]["more"] = 1
try:
    validator.validate(broken)
    sys.exit("the schema takes anything")
except jsonschema.ValidationError:
    pass
PY
run "$python" check.py "$ROOT/docs/graph.schema.json"
