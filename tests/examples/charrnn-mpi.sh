# charrnn-mpi.sh: two processes over MPI make the updates of one with the double batch; one process those of main.c.
# Skipped without MPI.
for tool in mpicc mpirun; do
	command -v $tool >/dev/null || skip "$tool is missing: make mpi-deps installs Open MPI"
done
. "$ROOT/tests/examples/charrnn.inc"
TMPDIR=/tmp # Open MPI's sockets want a short path
export TMPDIR

# mpi_build BATCH: ./mpi-BATCH
mpi_build()
{
	charrnn_nets "$1"
	# shellcheck disable=SC2086
	run mpicc $WARN -I. -I"$folder" -o "mpi-$1" "$folder/mpi.c" $SHARED charrnn.c
}

# mpi PROCESSES BATCH: 50 updates in pP-B.log and pP-B.st
mpi()
{
	run mpirun -np "$1" --oversubscribe --allow-run-as-root "./mpi-$2" text 50 "p$1-$2.st"
	grep '^update' run.log >"p$1-$2.log"
	[ "$(wc -l <"p$1-$2.log")" = 50 ] || fail "$1 processes print: $(cat run.log)"
}

# agree A B: the losses before each update.
agree()
{
	paste "$1" "$2" | awk '{ d = $4 - $8; if (d < 0) d = -d; if (d > 1e-5 * $4) bad = 1 } END { exit bad || NR != 50 }'
}

charrnn_text
mpi_build 4
mpi_build 8
mpi 2 4
mpi 1 8
mpi 1 4
agree p2-4.log p1-8.log || fail "not the same: $(paste p2-4.log p1-8.log | tail -n 3)"
agree p1-4.log p1-8.log && fail "the size of the batch does not matter"

# main.c keeps a twentieth of the text to itself, the last.
charrnn_build 8
cp text all
head -c "$(($(wc -c <all) - $(wc -c <all) / 20))" all >text
mpi 1 8
run ./charrnn -n 50 -e 50 -c main.st all
same_bytes main.st p1-8.st "the checkpoints of main.c and mpi.c"
expect_status 1 ./mpi-8 none
expect_text err 'none: cannot be opened'
