(* SPDX-License-Identifier: GPL-2.0-only *)
(* A toolstack's use of claims, from OCaml, in dom0: claim memory for a domain, populate part of it,
   release the rest.  With the argument "node" on node 0, else host-wide. *)
open Xenctrl

let mib = 256L
let pages = Int64.mul 64L mib

let expect what condition =
  if not condition then (
    Printf.printf "not ok %s\n" what;
    exit 1)

let with_domain h f =
  let domid =
    domain_create h
      {
        uuid = String.make 16 'c';
        max_vcpus = 1;
        max_evtchn_port = 1023;
        max_grant_frames = 4;
        max_maptrack_frames = 4;
      }
  in
  Fun.protect ~finally:(fun () -> domain_destroy h domid) (fun () -> f domid)

let stake h domid = function
  | Some node -> domain_claim_memory h domid [| { pages; node } |]
  | None -> domain_claim_pages h domid pages

let release h domid = function
  | Some _ -> domain_claim_memory h domid [| { pages = 0L; node = no_node } |]
  | None -> domain_claim_pages h domid 0L

let claim_too_much h domid =
  match domain_claim_pages h domid (Int64.mul pages 2L) with
  | exception Error _ -> ()
  | () -> expect "a claim above the domain's maximum is refused" false

let story h node domid =
  let before = domain_get_outstanding_pages h in
  domain_setmaxmem h domid (Int64.mul 4L pages);
  claim_too_much h domid;
  stake h domid node;
  expect "the claim counts for the host"
    (domain_get_outstanding_pages h = Int64.add before pages);
  expect "the claim counts for the domain" ((domain_getinfo h domid).outstanding_pages = pages);
  (match domain_populate h domid ~first:0L ~count:256 ~order:0 ~node:(Option.value node ~default:no_node) with
  | exception Error e -> Printf.printf "note: not populated (%s)\n" e
  | done_ ->
      let info = domain_getinfo h domid in
      expect "what is populated redeems the claim"
        (Int64.add info.outstanding_pages (Int64.of_int done_) = pages));
  release h domid node;
  expect "released" (domain_get_outstanding_pages h = before)

let () =
  let node = if Array.length Sys.argv > 1 && Sys.argv.(1) = "node" then Some 0l else None in
  with_intf (fun h -> with_domain h (story h node));
  print_endline "ok claims from OCaml"
