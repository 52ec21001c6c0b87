# SPDX-License-Identifier: GPL-2.0-only
# bash completion for xl.  What it knows it asks xl: the commands, the options in their help, the domains.

_xl_domains() { xl list 2>/dev/null | awk 'NR > 1 {print $1}'; }
_xl_pools() { xl cpupool-list 2>/dev/null | awk 'NR > 1 {print $1}'; }

_xl() {
    local cur=${COMP_WORDS[COMP_CWORD]} cmd= i help
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        [[ ${COMP_WORDS[i]} == -* ]] || { cmd=${COMP_WORDS[i]}; break; }
    done
    if [[ -z $cmd ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(xl help -l 2>/dev/null)" -- "$cur")
        return
    fi
    help=$(xl help "$cmd" 2>/dev/null) || return
    if [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(grep -o -- '--\?[a-z-]\+' <<<"$help" | sort -u)" -- "$cur")
        return
    fi
    # The first line of the help names the arguments.
    case $(head -n 1 <<<"$help") in
    *FILE*) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    *DOMAIN*POOL*) mapfile -t COMPREPLY < <(compgen -W "$(_xl_domains; _xl_pools)" -- "$cur") ;;
    *DOMAIN* | *NAME*) mapfile -t COMPREPLY < <(compgen -W "$(_xl_domains)" -- "$cur") ;;
    *POOL*) mapfile -t COMPREPLY < <(compgen -W "$(_xl_pools)" -- "$cur") ;;
    *COMMAND*) mapfile -t COMPREPLY < <(compgen -W "$(xl help -l)" -- "$cur") ;;
    esac
}
complete -o filenames -F _xl xl
