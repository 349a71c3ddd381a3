# An operator without a gradient: no net of the language has one, so it comes as a graph.
cat >m.ir <<'END'
graph "m" batch 1 window 1 steps 1
loss mse
param "W" (3) zeros
input "x" (3)
output "y" (3)
%0 = param #0 : (3)
%1 = input #0 : (3) step 0
%2 = dtanh %0 %1 : (3) step 0
%3 = output #0 %2 : (3) step 0
END
"$NETC" --read-ir m.ir --passes=G --emit=ir -o -
