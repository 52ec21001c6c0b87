(* SPDX-License-Identifier: GPL-2.0-only *)
(* Two readings of dom0's runstates, in dom0: every time only grows, and nothing is missed. *)
open Xenctrl

let () =
  with_intf (fun h ->
      let a = domain_get_runstate_info_v2 h 0 in
      let b = domain_get_runstate_info h 0 in
      let grows x y = Int64.compare x y <= 0 in
      let ok =
        a.missed_changes = 0l && b.missed_changes = 0l && grows a.time0 b.time0
        && grows a.time1 b.time1 && grows a.time2 b.time2 && grows a.time3 b.time3
        && grows a.time4 b.time4 && grows a.time5 b.time5
        && grows a.state_entry_time b.state_entry_time
        && b.state >= 0l && b.state <= 5l
      in
      print_endline (if ok then "ok runstates from OCaml" else "not ok runstates from OCaml");
      exit (if ok then 0 else 1))
