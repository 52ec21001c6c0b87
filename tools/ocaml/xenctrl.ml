(* SPDX-License-Identifier: LGPL-2.1-only *)
(* Thin: what can be said wrongly in OCaml is checked here, everything else is a stub.  The order of a
   record's fields is known to the stub that fills it. *)

exception Error of string

let () = Callback.register_exception "xenctrl.error" (Error "")

type handle
type domid = int

external interface_open : unit -> handle = "stub_xc_interface_open"
external interface_close : handle -> unit = "stub_xc_interface_close"

let with_intf f =
  let h = interface_open () in
  Fun.protect ~finally:(fun () -> interface_close h) (fun () -> f h)

type domaininfo = {
  domid : domid;
  dying : bool;
  shutdown : bool;
  paused : bool;
  blocked : bool;
  running : bool;
  hvm_guest : bool;
  shutdown_code : int;
  total_memory_pages : int64;
  max_memory_pages : int64;
  outstanding_pages : int64;
  cpu_time : int64;
  nr_online_vcpus : int;
  max_vcpu_id : int;
  cpupool : int;
  uuid : string;
}

type createconfig = {
  uuid : string;
  max_vcpus : int;
  max_evtchn_port : int;
  max_grant_frames : int;
  max_maptrack_frames : int;
}

external create : handle -> createconfig -> domid = "stub_xc_domain_create"

let domain_create h config =
  if String.length config.uuid <> 16 then invalid_arg "domain_create: a uuid has 16 bytes";
  create h config

external domain_destroy : handle -> domid -> unit = "stub_xc_domain_destroy"
external domain_pause : handle -> domid -> unit = "stub_xc_domain_pause"
external domain_unpause : handle -> domid -> unit = "stub_xc_domain_unpause"
external domain_shutdown : handle -> domid -> int -> unit = "stub_xc_domain_shutdown"
external domain_max_vcpus : handle -> domid -> int -> unit = "stub_xc_domain_max_vcpus"
external domain_setmaxmem : handle -> domid -> int64 -> unit = "stub_xc_domain_setmaxmem"
external domain_getinfo : handle -> domid -> domaininfo = "stub_xc_domain_getinfo"
external infolist : handle -> domid -> domaininfo array = "stub_xc_domain_getinfolist"

(* The library returns at most so many at once as the stub has room for. *)
let domain_getinfolist h first =
  let rec from first acc =
    match infolist h first with
    | [||] -> List.concat (List.rev acc)
    | some -> from (some.(Array.length some - 1).domid + 1) (Array.to_list some :: acc)
  in
  from first []

external populate : handle -> domid -> int64 -> int -> int -> int32 -> int
  = "stub_xc_domain_populate_bytecode" "stub_xc_domain_populate"

let domain_populate h domid ~first ~count ~order ~node =
  if count < 0 || order < 0 || first < 0L || node < -1l then invalid_arg "domain_populate";
  populate h domid first count order node

type physinfo = {
  nr_cpus : int;
  nr_nodes : int;
  max_node_id : int;
  total_pages : int64;
  free_pages : int64;
  scrub_pages : int64;
  outstanding_pages : int64;
}

external physinfo : handle -> physinfo = "stub_xc_physinfo"

type claim = { pages : int64; node : int32 }

let no_node = -1l
let max_claims = 255

external claim_memory : handle -> domid -> claim array -> unit = "stub_xc_domain_claim_memory"
external claim_pages : handle -> domid -> int64 -> unit = "stub_xc_domain_claim_pages"

let domain_claim_memory h domid claims =
  let check c =
    if c.pages < 0L then invalid_arg "domain_claim_memory: negative pages";
    if c.node < no_node then invalid_arg "domain_claim_memory: no such node"
  in
  if Array.length claims > max_claims then invalid_arg "domain_claim_memory: too many claims";
  Array.iter check claims;
  claim_memory h domid claims

let domain_claim_pages h domid pages =
  if pages < 0L then invalid_arg "domain_claim_pages: negative pages";
  claim_pages h domid pages

external domain_get_outstanding_pages : handle -> int64 = "stub_xc_get_outstanding_pages"

type node_claims = { size : int64; free : int64; claimed : int64 }

external node_claims : handle -> node_claims array = "stub_xc_node_claims"

module Runstateinfo = struct
  module V1 = struct
    type t = {
      state : int32;
      missed_changes : int32;
      state_entry_time : int64;
      time0 : int64;
      time1 : int64;
      time2 : int64;
      time3 : int64;
      time4 : int64;
      time5 : int64;
    }
  end

  module V2 = struct
    type t = {
      state : int32;
      missed_changes : int32;
      state_entry_time : int64;
      time0 : int64;
      time1 : int64;
      time2 : int64;
      time3 : int64;
      time4 : int64;
      time5 : int64;
      runnable : int64;
      running : int64;
      nonaffine : int64;
    }
  end
end

type runstateinfo = Runstateinfo.V1.t

external domain_get_runstate_info_v2 : handle -> domid -> Runstateinfo.V2.t
  = "stub_xc_get_runstate_info"

let domain_get_runstate_info h domid =
  let v = domain_get_runstate_info_v2 h domid in
  {
    Runstateinfo.V1.state = v.state;
    missed_changes = v.missed_changes;
    state_entry_time = v.state_entry_time;
    time0 = v.time0;
    time1 = v.time1;
    time2 = v.time2;
    time3 = v.time3;
    time4 = v.time4;
    time5 = v.time5;
  }
