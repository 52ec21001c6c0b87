# The claim calls, from C and OCaml, as a toolstack of one's own would make them: the host-wide kind.
# machine: mem=2048 nodes=2
need "the daemons start" start_xen
check "host-wide claims from C" test-claim host
check "host-wide claims from OCaml" test-ocaml-claims
