# shellcheck shell=bash
# Completion for bash: installed, or by `source scripts/completion/gsrgnn.bash`. The program is asked how the line can
# go on; where it has nothing to say, a file's name is completed.

_gsrgnn() {
  # bash takes KEY=VALUE for three words and wants the last of them.
  local words=() word cut="" i
  for ((i = 1; i <= COMP_CWORD; ++i)); do
    word=${COMP_WORDS[i]}
    if ((${#words[@]} > 0)) && [[ ${word} == "=" || ${COMP_WORDS[i - 1]} == "=" ]]; then
      words[-1]+=${word}
    else
      words+=("${word}")
    fi
  done
  if [[ ${COMP_WORDBREAKS} == *=* && ${words[-1]} == *=* ]]; then cut=${words[-1]%%=*}=; fi
  mapfile -t COMPREPLY < <("${1/#\~/${HOME}}" complete "${words[@]}" 2>/dev/null)
  COMPREPLY=("${COMPREPLY[@]#"${cut}"}")
  if [[ -z ${COMPREPLY[0]-} ]]; then
    COMPREPLY=()
  elif [[ ${COMPREPLY[*]} == *= ]]; then
    compopt -o nospace
  fi
}
complete -o default -F _gsrgnn gsrgnn
