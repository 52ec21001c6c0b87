(* SPDX-License-Identifier: LGPL-2.1-only *)

(** Bindings to libxenctrl: domains, the host, memory claims and domain runstates.

    Each function is one call of the library. A call that fails raises {!Error}; an argument that the
    interface cannot express raises [Invalid_argument] before anything is called. The runtime lock is
    released around hypercalls, so other threads go on meanwhile. *)

exception Error of string
(** The operation and the system's reason, as in ["domain_claim_memory: Cannot allocate memory"]. *)

type handle
(** An open connection to the hypervisor, of any number of threads. *)

type domid = int

val interface_open : unit -> handle

val interface_close : handle -> unit
(** Closing twice is harmless; using a closed handle raises {!Error}. *)

val with_intf : (handle -> 'a) -> 'a
(** Opens a handle for the time of a call. *)

(** {1 Domains} *)

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
  outstanding_pages : int64;  (** claimed and not yet allocated *)
  cpu_time : int64;  (** ns *)
  nr_online_vcpus : int;
  max_vcpu_id : int;
  cpupool : int;
  uuid : string;  (** 16 bytes *)
}

type createconfig = {
  uuid : string;  (** 16 bytes *)
  max_vcpus : int;
  max_evtchn_port : int;
  max_grant_frames : int;
  max_maptrack_frames : int;
}

val domain_create : handle -> createconfig -> domid
(** Creates an empty PVH domain: no vCPU, no memory. *)

val domain_destroy : handle -> domid -> unit
val domain_pause : handle -> domid -> unit
val domain_unpause : handle -> domid -> unit

val domain_shutdown : handle -> domid -> int -> unit
(** The reason is a SHUTDOWN_ number: 0 power-off, 1 reboot, 3 crash. *)

val domain_max_vcpus : handle -> domid -> int -> unit

val domain_setmaxmem : handle -> domid -> int64 -> unit
(** In KiB. *)

val domain_getinfo : handle -> domid -> domaininfo

val domain_getinfolist : handle -> domid -> domaininfo list
(** All domains from this number upwards, in ascending order. *)

val domain_populate : handle -> domid -> first:int64 -> count:int -> order:int -> node:int32 -> int
(** Populates [count] extents of 2^[order] pages from guest frame [first] upwards, on exactly this
    node, or anywhere if it is {!no_node}; returns how many extents there was memory for. *)

(** {1 The host} *)

type physinfo = {
  nr_cpus : int;
  nr_nodes : int;
  max_node_id : int;
  total_pages : int64;
  free_pages : int64;
  scrub_pages : int64;
  outstanding_pages : int64;  (** claims, seen together with [free_pages] *)
}

val physinfo : handle -> physinfo

(** {1 Claims}

    A claim promises memory that is allocated later. The number of pages is the total that the domain
    shall have, on a node or host-wide, not an increment. *)

type claim = { pages : int64; node : int32 }

val no_node : int32
(** -1: host-wide. *)

val max_claims : int
(** 255 *)

val domain_claim_memory : handle -> domid -> claim array -> unit
(** Stakes a set of claims, whole or not at all. [[| { pages = 0L; node = no_node } |]] releases every
    claim of the domain.
    @raise Invalid_argument
      for more than {!max_claims} entries, negative pages, or a node below {!no_node}. *)

val domain_claim_pages : handle -> domid -> int64 -> unit
(** Stakes one host-wide claim; 0 releases.
    @raise Invalid_argument for negative pages. *)

val domain_get_outstanding_pages : handle -> int64
(** Of the whole host. *)

type node_claims = { size : int64; free : int64; claimed : int64 }

val node_claims : handle -> node_claims array
(** Pages of each node, in one look. *)

(** {1 Domain runstates}

    What share of its life a domain spent in each of six states, by what its vCPUs were doing. The six
    times add up to its age; two readings give the shares in between. *)

module Runstateinfo : sig
  module V1 : sig
    type t = {
      state : int32;
      missed_changes : int32;  (** always 0 *)
      state_entry_time : int64;
      time0 : int64;  (** full run: all vCPUs run *)
      time1 : int64;  (** full contention: all wait for a CPU *)
      time2 : int64;  (** concurrency hazard: some run while some wait *)
      time3 : int64;  (** blocked: all are idle *)
      time4 : int64;  (** partial run: some run, the others are idle *)
      time5 : int64;  (** partial contention: some wait, the others are idle *)
    }
  end

  module V2 : sig
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
      runnable : int64;  (** average per vCPU, as the two below *)
      running : int64;
      nonaffine : int64;
    }
  end
end

type runstateinfo = Runstateinfo.V1.t

val domain_get_runstate_info : handle -> domid -> runstateinfo
val domain_get_runstate_info_v2 : handle -> domid -> Runstateinfo.V2.t
