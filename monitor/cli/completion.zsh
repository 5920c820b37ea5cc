#compdef monitor
# monitor: completion for zsh. Put this line into ~/.zshrc:
#     eval "$(monitor completion zsh)"

_monitor() {
  local -a typed lines values shown
  local line
  typed=("${(@Q)words[1,CURRENT-1]}")
  lines=("${(@f)$("$typed[1]" complete zsh -- "${(@)typed}" "${(Q)PREFIX}" 2>/dev/null)}")
  [[ $PREFIX == --*=* ]] && compset -P 1 '*='
  case $lines[1] in
    files) _files ;;
    folders) _files -/ ;;
    words)
      for line in "${(@)lines[2,-1]}"; do
        values+=("${line%%$'\t'*}")
        shown+=("${line//$'\t'/  -- }")
      done
      compadd -l -d shown -a -- values ;;
  esac
}

if [[ $funcstack[1] == _monitor ]]; then
  _monitor "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }
  compdef _monitor monitor
fi
