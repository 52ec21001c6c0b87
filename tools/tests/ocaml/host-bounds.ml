(* SPDX-License-Identifier: GPL-2.0-only *)
(* What the bindings refuse before anything is called.  Runs on any machine: no hypervisor is asked, so
   the handle is never looked at. *)
open Xenctrl

let nobody : handle = Obj.magic 0
let failed = ref 0
let passed = ref 0

let refuses name f =
  match f () with
  | exception Invalid_argument _ -> incr passed
  | exception e ->
      incr failed;
      Printf.printf "not ok %s: raised %s\n" name (Printexc.to_string e)
  | _ ->
      incr failed;
      Printf.printf "not ok %s: was accepted\n" name

let claim pages node = domain_claim_memory nobody 1 [| { pages; node } |]

let () =
  refuses "256 entries" (fun () ->
      domain_claim_memory nobody 1 (Array.make (max_claims + 1) { pages = 1L; node = 0l }));
  refuses "negative pages" (fun () -> claim (-1L) 0l);
  refuses "smallest number of pages" (fun () -> claim Int64.min_int 0l);
  refuses "node below no_node" (fun () -> claim 1L (-2l));
  refuses "smallest node" (fun () -> claim 1L Int32.min_int);
  refuses "one bad entry among good ones" (fun () ->
      domain_claim_memory nobody 1
        [| { pages = 1L; node = 0l }; { pages = 1L; node = 1l }; { pages = -1L; node = no_node } |]);
  refuses "negative host-wide claim" (fun () -> domain_claim_pages nobody 1 (-1L));
  refuses "short uuid" (fun () ->
      ignore
        (domain_create nobody
           {
             uuid = "short";
             max_vcpus = 1;
             max_evtchn_port = 1023;
             max_grant_frames = 1;
             max_maptrack_frames = 1;
           }));
  Printf.printf "%d passed, %d failed\n" !passed !failed;
  exit (if !failed = 0 then 0 else 1)
