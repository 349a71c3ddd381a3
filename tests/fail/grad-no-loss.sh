# The pass needs a loss.
cat >m.ir <<'END'
graph "m" batch 1 window 1 steps 1
input "x" (3)
output "y" (3)
%0 = input #0 : (3) step 0
%1 = output #0 %0 : (3) step 0
END
"$NETC" --read-ir m.ir --passes=G --emit=ir -o -
