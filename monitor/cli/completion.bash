# monitor: completion for bash 4 and newer. Put this line into ~/.bashrc:
#     eval "$(monitor completion bash)"

_monitor() {
  local -a lines
  mapfile -t lines < <("${COMP_WORDS[0]}" complete bash -- "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
  COMPREPLY=()
  case "${lines[0]}" in
    words) COMPREPLY=("${lines[@]:1}") ;;
    files) compopt -o default ;;
    folders) compopt -o dirnames ;;
  esac
}
complete -F _monitor monitor
