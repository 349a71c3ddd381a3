# bash completion for netc
_netc()
{
	local cur=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} words=
	# readline splits words at '='
	if [[ $cur == = ]]; then
		cur=
	elif [[ $option == = ]]; then
		option=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	case $option in
	--emit) words="c selftest summary shapes ast ir onnx forecast forecast-json svg html dot mermaid json weights" ;;
	--layout) words="torch keras flux onnx flax equinox nam net" ;;
	--weights-as) words="const params extern" ;;
	--init) words="seeded" ;;
	--math) words="fast libm" ;;
	--target) words="default host mcu" ;;
	--scratch) words="stack static caller" ;;
	--grad) words="mse mae huber crossentropy bce" ;;
	--decay) words="all matrices" ;;
	--stop-after) words="shape fold cse dce merge hoist pack unroll grad fuse plan" ;;
	-fdiagnostics-color) words="auto always never" ;;
	-fdiagnostics-format) words="text json" ;;
	--unroll | --prefix | --seed | --name | --batch | --dim | --model | --section | --tolerance | --freeze | --recompute) return ;;
	--weights | --map | --eval | --check | -o | -MF)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	-d) words="help" ;;
	*)
		if [[ $cur == -* ]]; then
			words="--unroll --emit --weights --layout --prefix --map --weights-as --init --seed --name --batch --dim
				--model --math --target --section --scratch --eval --check --tolerance --grad --freeze
				--train-state --recompute --decay --check-grad --stop-after --version --help
				-o -M -MD -MF -W -Wno- -Werror -w -O0 -fno- -fdiagnostics-color= -fdiagnostics-format= -d -v"
		else
			mapfile -t COMPREPLY < <(compgen -d -S / -- "$cur"; compgen -f -X '!*.net' -- "$cur")
			return
		fi
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
	[[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace
}
complete -o filenames -F _netc netc
