# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Completion of weftd's options.
_weftd() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	case $prev in
	-c) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	-n) COMPREPLY=() ;;
	*) mapfile -t COMPREPLY < <(compgen -W '-c -n --check --version --help' -- "$cur") ;;
	esac
}
complete -o filenames -F _weftd weftd
