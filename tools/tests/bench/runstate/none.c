/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is left of xen/common/sched/runstate.c when nothing is accounted: the scheduler reads a vCPU's state, so that is
 * kept; no times, no counts, no domain states.  Only `make bench` links it, to see what accounting costs.
 */
#include <public/vcpu.h>
#include <xen/domain.h>
#include <xen/runstate.h>
#include <xen/string.h>

void runstate_domain_init(struct domain *d, s_time_t now)
{
}

void runstate_vcpu_init(struct vcpu *v, s_time_t now)
{
    v->runstate.state = RUNSTATE_offline;
}

void runstate_change(struct vcpu *v, uint32_t state, s_time_t now)
{
    v->runstate.state = state;
}

void runstate_switch(struct vcpu *prev, uint32_t prev_state, struct vcpu *next, s_time_t now)
{
    prev->runstate.state = prev_state;
    next->runstate.state = RUNSTATE_running;
}

void runstate_set_down(struct vcpu *v, bool is_down, s_time_t now)
{
}

void runstate_vcpu_get(struct vcpu *v, struct vcpu_runstate *out, s_time_t now)
{
    *out = v->runstate;
}

void runstate_domain_get(struct domain *d, struct domain_runstate_sample *out)
{
    memset(out, 0, sizeof(*out));
}

unsigned int runstate_running(const struct domain *d)
{
    return 1;
}
