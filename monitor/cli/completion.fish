# monitor: completion for fish. Write it where fish looks for it:
#     monitor completion fish > ~/.config/fish/completions/monitor.fish

function __monitor_complete
    set -l typed (commandline -opc)
    set -l last (commandline -ct)
    set -l lines ($typed[1] complete fish -- $typed "$last" 2>/dev/null)
    switch "$lines[1]"
        case words
            printf '%s\n' $lines[2..-1]
        case files
            __fish_complete_path "$last"
        case folders
            __fish_complete_directories "$last"
    end
end

complete -c monitor -f -a '(__monitor_complete)'
