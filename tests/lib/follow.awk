# follow.awk: prints a page of Markdown with what its commands say now.
#
# Blocks after "<!-- file NAME -->" are written into ./work; the lines "$ COMMAND" of console blocks run there, one after
# the other, and what follows them is what they say. Blocks marked 'torch' only where TORCH, the head of their program,
# is in the environment.
BEGIN { torch = ENVIRON["TORCH"] }
/^```/ && inside {
	if (file) close("work/" file)
	if (python) system("cd work && /usr/bin/python3 save.py >save.log 2>&1 || cat save.log")
	inside = file = console = python = 0
	print
	next
}
/^```python/ && torch { python = 1; file = "save.py"; print torch > "work/save.py" }
/^```/ { inside = 1; console = /^```console/ && (torch || !/torch/); print; next }
inside && file { print > ("work/" file) }
inside && console && /^\$ / {
	print
	fflush()
	command = "cd work && { " substr($0, 3) "\n} 2>&1"
	while ((command | getline line) > 0) print line
	close(command)
	next
}
inside && console { next }
!inside && /^<!-- file / { file = $3; printf "" > ("work/" file) }
{ print }
