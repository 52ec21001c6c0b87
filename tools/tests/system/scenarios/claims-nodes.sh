# Claims on nodes and domain runstates, from C and OCaml: what Debian's Xen does not have.
# machine: mem=2048 nodes=2
# hypervisor: stake
need "the daemons start" start_xen
check "claims on nodes from C" test-claim node
check "claims on nodes from OCaml" test-ocaml-claims node
check "runstates from OCaml" test-ocaml-runstate
