# SPDX-License-Identifier: BSD-3-Clause
# bash completion for weft: weftd itself says what may come next.

_weft() {
	local line=${COMP_LINE:0:COMP_POINT} words word instance=()
	local i partial

	# bash takes = and : for ends of words; weft does not.
	read -ra words <<<"$line"
	[[ $line == *[[:space:]] ]] && words+=('')
	i=1
	while ((i < ${#words[@]} - 1)) && [[ ${words[i]} == -* ]]; do
		if [[ ${words[i]} == -n ]]; then
			instance=(-n "${words[i + 1]}")
			((i++))
		fi
		((i++))
	done
	((i < ${#words[@]})) || return
	partial=${words[-1]}
	mapfile -t COMPREPLY < <("${words[0]}" "${instance[@]}" complete -- "${words[@]:i}" 2>/dev/null)

	# Only what follows the last = or : is bash's word.
	if [[ $partial == *[=:]* && ${COMP_WORDBREAKS} == *[=:]* ]]; then
		word=${partial%"${partial##*[=:]}"}
		COMPREPLY=("${COMPREPLY[@]#"$word"}")
	fi
	if ((${#COMPREPLY[@]} == 1)) && [[ ${COMPREPLY[0]} == *[=.] ]]; then
		compopt -o nospace
	fi
}

complete -o default -F _weft weft
