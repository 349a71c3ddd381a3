# targets.sh: the seven machines: which compiler, which QEMU, where flash and RAM lie.
#
# "target NAME" sets CROSS (prefix of the tools), FLAGS (the instruction set), MEMORY (flash and RAM for picolibc's
# linker script), BODY (the macro that selects a kernel written for it), EXACT (one that does with the bits of no
# contraction) and QEMU. picolibc brings the start-up code, which turns the FPU on, and output by semihosting.
TARGETS="m0 m4 m7 m33 m55 rv32imac rv32imafc"
QEMU_TAIL="-nographic -monitor none -serial none -semihosting-config enable=on,target=native"

# cortex MACHINE FLAGS: a Cortex-M board
cortex()
{
	CROSS=arm-none-eabi-
	QEMU="qemu-system-arm -M $1 $QEMU_TAIL"
	FLAGS="-mthumb $2"
}

riscv()
{
	CROSS=riscv64-unknown-elf-
	QEMU="qemu-system-riscv32 -M virt -bios none -cpu $1 $QEMU_TAIL"
	FLAGS="-misa-spec=2.2 $2"
	memory 0x80000000 0x400000 0x80400000 0x400000
}

# memory FLASH SIZE RAM SIZE
memory()
{
	MEMORY="-Wl,--defsym=__flash=$1,--defsym=__flash_size=$2,--defsym=__ram=$3,--defsym=__ram_size=$4"
	MEMORY="$MEMORY,--defsym=__stack_size=0x10000"
}

target()
{
	memory 0x0 0x400000 0x20000000 0x400000
	case $1 in
	m4 | m7 | m33) BODY=-DNN_VLDM EXACT=-DNN_VMUL ;;
	m55) BODY=-DNN_MVE EXACT= ;;
	*) BODY= EXACT= ;;
	esac
	case $1 in
	m0) cortex mps2-an385 "-mcpu=cortex-m0 -mfloat-abi=soft" ;;
	m4) cortex mps2-an386 "-mcpu=cortex-m4 -mfloat-abi=hard -mfpu=fpv4-sp-d16" ;;
	m7) cortex mps2-an500 "-mcpu=cortex-m7 -mfloat-abi=hard -mfpu=fpv5-d16" ;;
	m33)
		cortex mps2-an505 "-mcpu=cortex-m33 -mfloat-abi=hard -mfpu=fpv5-sp-d16"
		memory 0x10000000 0x400000 0x38000000 0x200000
		;;
	m55)
		cortex mps3-an547 "-mcpu=cortex-m55 -mfloat-abi=hard"
		memory 0x0 0x80000 0x31000000 0x200000
		;;
	rv32imac) riscv rv32,f=false,d=false "-march=rv32imac -mabi=ilp32" ;;
	rv32imafc) riscv rv32,d=false "-march=rv32imafc -mabi=ilp32f" ;;
	*)
		echo "no such target: '$1'; there are: $TARGETS" >&2
		return 1
		;;
	esac
}
