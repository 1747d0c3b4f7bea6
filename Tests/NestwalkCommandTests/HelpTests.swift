import Testing

/// The help of every command, as a user reads it.
@Suite("Help")
struct HelpTests {
  @Test("The program")
  func program() throws {
    let run = try CommandRun(["--help"])
    #expect(run.status == 0)
    #expect(
      run.output == """
        nestwalk: two-stage address translation, as the hardware does it

        Usage: nestwalk COMMAND [OPTIONS] [ARGUMENTS]

        Commands:
          run             work out the study that a file describes, such as a storm
          walk            explain one translation, read by read
          translate       answer accesses in bulk, on a memory image
          tlb             tell what TLBs and page sizes make of a workload's translation
          merge           tell what same-page merging gives back, and when
          replay          tell how often replacement policies miss on a trace
          reclaim         tell what a memory limit makes of accesses to pages
          profiles        list, print and compare what things cost on which machine
          guest           show what a guest works and touches while it boots
          compare         compare what the same faults cost on several ISAs and machines
          density         tell how many machines fit a host, and what binds first
          migrate         tell which tracking of writes lets a machine move in time
          check           check the files you write, and tell everything that is wrong
          schema          print the JSON Schema of the files you write, for an editor
          claims          recompute the source texts' figures, each with its verdict
          cases           predict published measurements, and tell how far off it is
          import          read an inventory from real hosts
          capture-script  print the script that captures a host for import
          completions     print the completions for a shell
          manual          print the manual page

        Options:
          --help     Show this help, or with a command that command's, and stop
          --version  Show the version and stop

        Example:
          nestwalk walk --guest sv39 --host sv39x4
              Shows every table read of one nested translation.

        """)
  }

  @Test("import")
  func importing() throws {
    let run = try CommandRun(["import", "--help"])
    #expect(run.status == 0)
    #expect(
      run.output == """
        nestwalk import: read an inventory from real hosts

        Usage: nestwalk import [OPTIONS] SOURCE...

        Reads what hosts, monitors and clusters say of their memory and of their virtual
        machines, and writes an inventory, each value with its origin: measured, derived
        or assumed. Nothing is changed, and nothing needs root.

        A source is “proc”, which is this host; “libvirt”; or a file: HOST.tar as
        “nestwalk capture-script” captures a host, VM.json as Firecracker is configured,
        SAMPLES.csv with the columns time,vm,resident,workingSet, OBJECTS.yaml as
        kubectl prints Nodes and VirtualMachineInstances, or an inventory that others
        complete.

        What could not be read of a host stands in the inventory and on standard error.
        Docs/Import.md says which statistic sets which value.

        Arguments:
          SOURCE  Where to read: proc, libvirt, or files; may be given several times

        Options:
          --uri URI           The libvirt to connect to (default: libvirt’s own choice)
          --timeout TIME      How long libvirt may take for an answer (default: 10s)
          --interval TIME     The time between samples of libvirt (default: 5s)
          --for TIME          How long to take samples after the first (default: one
                              sample)
          --allow-write       Give balloons without a statistics period one, as long as
                              samples are taken
          --host-memory SIZE  The memory of a host that no source tells of
          --name NAME         What the inventory is called
          --output FILE       Where to write; “-” is standard output (default: -)
          --help              Show this help and stop

        Examples:
          nestwalk import proc
              What this host says of its memory.
          nestwalk import libvirt --uri qemu:///system --output fleet.yaml
              The host's running domains, with what they use.
          nestwalk import rack1.tar rack2.tar --output rack.yaml
              Two hosts that were captured.

        """)
  }

  @Test("capture-script")
  func captureScript() throws {
    let run = try CommandRun(["capture-script", "--help"])
    #expect(run.status == 0)
    #expect(
      run.output == """
        nestwalk capture-script: print the script that captures a host for import

        Usage: nestwalk capture-script [OPTIONS]

        The script needs a POSIX shell and tar, and uses virsh where it is there. It
        reads only, and writes one tar archive to standard output, which “nestwalk
        import” reads on any machine.

        Options:
          --help  Show this help and stop

        Examples:
          nestwalk capture-script > capture.sh
              Saves the script, to be read and copied to a host.
          nestwalk capture-script | ssh rack1 sh > rack1.tar
              Captures a host from here.

        """)
  }

  @Test("walk")
  func walk() throws {
    let run = try CommandRun(["walk", "--help"])
    #expect(run.status == 0)
    #expect(
      run.output == """
        nestwalk walk: explain one translation, read by read

        Usage: nestwalk walk [OPTIONS]

        Shows a two-dimensional walk as a grid: a row for each of the guest's tables and
        one for the access, in which the reads of the hypervisor's tables come before
        the guest's entry; then where the access arrives or why it faults, and what the
        architecture tells about it.

        The walk is that of a small example, made from the options, or with --record one
        of translate's.

        Options:
          --guest FORMAT      The format of the guest's tables: x86-4, x86-5, arm-s1-4k,
                              arm-s1-16k, arm-s1-64k, sv39, sv48, sv57 (default: what
                              goes with --host)
          --host FORMAT       The format of the hypervisor's tables: ept4, ept5, npt4,
                              npt5, arm-s2-4k, arm-s2-16k, arm-s2-64k, sv39x4, sv48x4,
                              sv57x4 (default: what goes with --guest)
          --guest-page SIZE   The size of the guest's page, such as 2M (default: the
                              smallest)
          --host-page SIZE    The size of the hypervisor's pages (default: the smallest)
          --access ACCESS     What the guest does: read, write, fetch, hlvx, at-read,
                              at-write (default: read)
          --user              Let the guest's user mode do it, on a user's page
          --address ADDRESS   The guest-virtual address (default: one with another index
                              at each level)
          --fault KIND        Let the walk fault: where the guest has no page (guest),
                              where the hypervisor has none for the access (missing),
                              where its page lacks the right (permission), or where it
                              has none for one of the guest's tables (cascade)
          --clean             Start with all accessed and dirty flags clear, and let the
                              hardware set them
          --record FILE       Explain a line of translate's input instead of an example;
                              “-” is standard input
          --line N            The line of --record to explain, after those before it
                              (default: the last)
          --memory FILE@BASE  Place the bytes of FILE at the host-physical address BASE,
                              for --record; may be given several times
          --json FILE         Write the walk as JSON; “-” is standard output
          --svg FILE          Draw the walk as SVG; “-” is standard output
          --help              Show this help and stop

        Examples:
          nestwalk walk --guest sv39 --host sv39x4 --guest-page 2M --access write --user
              A user's write to a large page of the guest, mapped by the hypervisor in
              small ones.
          nestwalk walk --guest x86-4 --host npt4 --fault cascade
              What AMD reports where the hypervisor has no page for one of the guest's
              tables.
          nestwalk walk --record accesses.ndjson --line 7 --memory guest.img@0x80000000
              The access of line 7, after those of the lines before it.

        """)
  }

  @Test("tlb")
  func tlb() throws {
    let run = try CommandRun(["tlb", "--help"])
    #expect(run.status == 0)
    #expect(
      run.output == """
        nestwalk tlb: tell what TLBs and page sizes make of a workload's translation

        Usage: nestwalk tlb [OPTIONS]

        Makes the accesses of a pattern, or of a recorded trace, through the TLBs and
        walk caches of a core, with real tables for every pair of page sizes and for
        bare metal, and counts misses, table reads and cycles. What a table read costs
        is an assumption, which is printed.

        A trace is text: Valgrind's lackey (--trace-mem=yes), “perf mem report -D”,
        “perf script” of samples with addresses, or one hexadecimal address a line.

        Options:
          --pattern PATTERN      The order of the accesses: sequential, random, stride,
                                 zipf, chase (default: random)
          --footprint SIZE       The memory that they go to (default: 4G)
          --element SIZE         What one access touches (default: 64)
          --stride SIZE          The step of a stride (default: 4K)
          --exponent X           The exponent of Zipf's law (default: 0.99)
          --writes PERCENT       How many accesses write (default: 0)
          --seed N               Where the random generator starts (default: 1)
          --trace FILE           Make the accesses of a recorded trace instead; “-” is
                                 standard input
          --trace-format FORMAT  How the trace is written: lackey, perf-mem,
                                 perf-script, addresses (default: as its first line
                                 tells)
          --accesses N           How many accesses are counted (default: 1000000, or all
                                 of a trace)
          --warm-up N            How many are made before and not counted (default:
                                 100000, or none of a trace)
          --core NAME            The core with its TLBs and walk caches: skylake-sp,
                                 ice-lake-sp, sapphire-rapids, family-16h, zen2, zen4,
                                 neoverse-n1, neoverse-n2, neoverse-v1, cortex-a55,
                                 riscv-assumed (default: the first of the tables'
                                 architecture)
          --guest FORMAT         The format of the guest's tables: x86-4, x86-5,
                                 arm-s1-4k, arm-s1-16k, arm-s1-64k, sv39, sv48, sv57
                                 (default: what goes with --host or --core)
          --host FORMAT          The format of the hypervisor's tables: ept4, ept5,
                                 npt4, npt5, arm-s2-4k, arm-s2-16k, arm-s2-64k, sv39x4,
                                 sv48x4, sv57x4 (default: what goes with --guest)
          --guest-page SIZE      A size of the guest's pages, instead of all up to 1G;
                                 may be given several times
          --host-page SIZE       A size of the hypervisor's pages, instead of all up to
                                 1G; may be given several times
          --placement PLACEMENT  Where tables lie: side by side, or all over a range as
                                 large as the data: compact, scattered (default:
                                 compact)
          --work CYCLES          The cycles of work that an access comes with, for the
                                 share of the run time
          --measured MISSES      Price misses that were counted on a machine, too; needs
                                 --seconds
          --miss-cycles CYCLES   The cycles of a miss, for --measured (default: as
                                 found)
          --clock GHZ            The clock, for --measured (default: 3)
          --seconds S            How long the machine ran, for --measured
          --json FILE            Write the outcome as JSON; “-” is standard output
          --svg FILE             Draw the cycles as SVG; “-” is standard output
          --help                 Show this help and stop

        Examples:
          nestwalk tlb --pattern zipf --footprint 16G --work 20
              What 2M and 1G pages at either stage change for a skewed workload.
          nestwalk tlb --footprint 60G --guest-page 4K --placement scattered
              Random reads of 60 GiB, with tables all over the memory.
          nestwalk tlb --trace accesses.txt --json -
              The accesses that lackey has recorded.

        """)
  }

  @Test("translate")
  func translate() throws {
    let run = try CommandRun(["translate", "--help"])
    #expect(run.status == 0)
    #expect(
      run.output == """
        nestwalk translate: answer accesses in bulk, on a memory image

        Usage: nestwalk translate [OPTIONS] [ACCESSES]

        Reads one JSON object a line and answers each by one line on standard output, in
        the same order: the host-physical address, or the fault with what the
        architecture tells about it. Registers last from line to line until a line
        changes them, and so do the accessed and dirty bits that the accesses set. A
        line that can't be answered gets {"error":…} in its place, a diagnostic
        FILE:LINE:COLUMN on standard error, and in the end the exit status 2.

        A line's keys are “isa” (x86-64, arm64, riscv64), “address”, “access” (read,
        write, fetch; riscv64: hlvx; arm64: at-read, at-write), “cpl”, “el” or “mode”
        (vs, vu), “instruction”, “options”, and the ISA's registers.

        Registers of x86-64: cr0, cr3, cr4, efer, rflags, pkru, ia32_pkrs, maxphyaddr,
        eptp, secondary_controls, ia32_vmx_ept_vpid_cap, ncr3, host_cr0, host_cr4,
        host_efer.

        Registers of arm64: hcr_el2, vtcr_el2, vttbr_el2, tcr_el1, ttbr0_el1, ttbr1_el1,
        sctlr_el1, mair_el1, pstate, id_aa64mmfr0_el1.

        Registers of riscv64: vsatp, hgatp, vsstatus, sstatus, hstatus, menvcfg,
        henvcfg.

        Arguments:
          ACCESSES  The file with the accesses; standard input where there is none or
                    “-”

        Options:
          --memory FILE@BASE  Place the bytes of FILE at the host-physical address BASE,
                              in hexadecimal or decimal; may be given several times
          --write-back FILE   Save the memory as the accesses leave it: one FILE for
                              each --memory, in the same order; may be given several
                              times
          --explain N         Tell the walk of line N step by step, on standard error
          --help              Show this help and stop

        Examples:
          nestwalk translate --memory guest.img@0x80000000 accesses.ndjson
              Answers each line of accesses.ndjson on the image guest.img.
          nestwalk translate --memory guest.img@0x80000000 --write-back after.img < accesses.ndjson
              Saves the image as the accesses leave it, with accessed and dirty bits
              set.

        """)
  }

  @Test("completions")
  func completions() throws {
    let run = try CommandRun(["completions", "--help"])
    #expect(run.status == 0)
    #expect(
      run.output == """
        nestwalk completions: print the completions for a shell

        Usage: nestwalk completions [OPTIONS] SHELL

        Arguments:
          SHELL  The shell: bash, zsh, fish

        Options:
          --help  Show this help and stop

        Example:
          nestwalk completions bash > /etc/bash_completion.d/nestwalk
              Lets bash complete commands, options and their values.

        """)
  }

  @Test("manual")
  func manual() throws {
    let run = try CommandRun(["help", "manual"])
    #expect(run.status == 0)
    #expect(
      run.output == """
        nestwalk manual: print the manual page

        Usage: nestwalk manual [OPTIONS]

        Options:
          --help  Show this help and stop

        Example:
          nestwalk manual > nestwalk.1
              Makes the page that “man ./nestwalk.1” shows.

        """)
  }

  @Test("A command that is asked for in vain is told")
  func unknown() throws {
    let run = try CommandRun(["tranlate"])
    #expect(run.status == 2)
    #expect(run.output.isEmpty)
    #expect(
      run.errors == """
        nestwalk: There is no command “tranlate”. Is “translate” meant?
        See “nestwalk --help”.

        """)
  }

  @Test("Without a command the help is a complaint")
  func nothing() throws {
    let run = try CommandRun([])
    #expect(run.status == 2)
    #expect(run.output.isEmpty)
    #expect(run.errors == (try CommandRun(["--help"]).output))
  }

  @Test("The version is a line")
  func version() throws {
    let run = try CommandRun(["--version"])
    #expect(run.status == 0)
    #expect(run.lines.count == 1)
    #expect(run.output.hasPrefix("nestwalk "))
  }

  @Test("guest")
  func guest() throws {
    let run = try CommandRun(["guest", "--help"])
    #expect(run.status == 0)
    #expect(
      run.output == """
        nestwalk guest: show what a guest works and touches while it boots

        Usage: nestwalk guest [OPTIONS] GUEST

        Plays a guest's boot and counts, phase by phase, the processor's work, the
        waits, and the pages of 4K that are touched for the first time: by which kind of
        access, and what they are for. What a touch costs on a hypervisor is not counted
        here.

        GUEST is a preset or the file of a recorded boot: “debian-boot”, “microvm” and
        “large-1g” are the presets.

        Arguments:
          GUEST  A preset, or the file of a recorded boot

        Options:
          --memory SIZE  The guest's memory (default: the preset's or the recording's
                         own)
          --speed N      The instructions that a processor executes in a microsecond
                         (default: 3000)
          --json FILE    Write the counts as JSON; “-” is standard output
          --help         Show this help and stop

        Examples:
          nestwalk guest debian-boot
              The recorded boot of Debian in 4 GiB.
          nestwalk guest microvm --memory 1G --json -
              A minimal machine of 1 GiB, as JSON.

        """)
  }

  @Test("replay")
  func replay() throws {
    let run = try CommandRun(["replay", "--help"])
    #expect(run.status == 0)
    #expect(
      run.output == """
        nestwalk replay: tell how often replacement policies miss on a trace

        Usage: nestwalk replay [OPTIONS] TRACE

        Makes the references of a trace in so many frames, and counts misses and
        evictions under each policy. Docs/Replacement.md says what each policy does, to
        the last tie.

        The formats: u32 is page numbers of 32 bits, lowest byte first; pages is a page
        number a line, in decimal or after 0x in hexadecimal, and perhaps “r” or “w”;
        lackey, perf-mem and perf-script are what those tools write; addresses is a
        hexadecimal address a line. An address is a reference to the page of its first
        byte. A file named *.u32 is u32; any other is read as its first line tells,
        where a decimal number is a page's.

        Arguments:
          TRACE  The references; “-” is standard input

        Options:
          --policy NAMES      The policies, with commas between, of: fifo, lru, clock,
                              clock2, twohand, twolist, mglru, 2q, arc, sieve, s3fifo,
                              lfu, ws, opt, all (default: all)
          --frames COUNTS     Numbers of frames and ranges, with commas between: 100,200
                              or 1-10, 100-1000:100 in steps, 1-1024:x2 by a factor
          --curve             Go once over the trace for all numbers of frames, where a
                              policy is a stack algorithm; without --frames they are
                              powers of two up to the number of pages
          --format FORMAT     How the trace is written: u32, pages, lackey, perf-mem,
                              perf-script, addresses (default: as its name or first line
                              tells)
          --page-size SIZE    The size of the pages that addresses are in (default: 4K)
          --clock-load BIT    How clock, clock2 and twohand load a page: with its
                              reference bit set or clear (default: clear)
          --hand-spread N     How many frames the first hand of twohand is ahead
                              (default: a quarter of the frames)
          --window N          The window of ws in references (default: as many as there
                              are frames)
          --lfu-counts WHICH  What lfu counts: references while a page is resident, or
                              all (default: resident)
          --json FILE         Write a JSON object a line for each policy and number of
                              frames; “-” is standard output
          --csv FILE          Write the same as CSV; “-” is standard output
          --help              Show this help and stop

        Examples:
          nestwalk replay accesses.u32 --policy lru,arc,opt --frames 1000
              The misses of three policies with a thousand frames.
          nestwalk replay lackey.txt --frames 16-4096:x2 --json -
              Every policy on a trace of Valgrind's, for nine numbers of frames.
          nestwalk replay accesses.u32 --policy lru --curve --csv curve.csv
              The curve of LRU's misses, from one pass over the trace.

        """)
  }

  @Test("merge")
  func merge() throws {
    let run = try CommandRun(["merge", "--help"])
    #expect(run.status == 0)
    #expect(
      run.output == """
        nestwalk merge: tell what same-page merging gives back, and when

        Usage: nestwalk merge [OPTIONS]

        Lets the kernel's same-page merging (KSM) run over a fleet of VMs in virtual
        time, page by page, and shows its counters as time passes. The mix of pages is
        an assumption of yours; what merging makes of it is counted.

        A script says instead, step by step, what is in memory and when the scanner
        wakes; Docs/Merging.md describes it.

        Options:
          --vms N               How many VMs there are (default: 10)
          --memory SIZE         The memory that each VM uses (default: 1G)
          --zero PERCENT        Pages of zeros (default: 20)
          --common PERCENT      Pages that every VM of the same image has, each once
                                (default: 30)
          --volatile PERCENT    Pages that change between two visits; the rest is there
                                once and stays (default: 5)
          --images N            How many images the VMs were made from, in turn
                                (default: 1)
          --boots-over S        Over how many seconds the VMs boot, one after another
                                (default: 0)
          --huge                Back the VMs with 2M pages, which merging must break
          --seconds S           How long to watch (default: 1800)
          --samples N           How many lines to show (default: 10)
          --pages-to-scan N     How many pages a wake-up visits (default: 100, or the
                                advisor's)
          --sleep MS            The milliseconds between wake-ups (default: 20)
          --max-page-sharing N  How many mappings a copy may have (default: 256)
          --use-zero-pages      Map pages of zeros to the kernel's page of zeros
          --no-smart-scan       Visit lone pages in every scan
          --advisor             Let the scan-time advisor set the pages to scan
          --kernel RELEASE      The Linux release whose rules hold (default: 6.12)
          --page-cost NS        The CPU time of visiting a page (default: 6600)
          --script FILE         Make the steps of a script instead; “-” is standard
                                input
          --json FILE           Write the outcome as JSON; “-” is standard output
          --help                Show this help and stop

        Examples:
          nestwalk merge --vms 20 --memory 512M --common 40 --pages-to-scan 1000
              What twenty VMs of one image give back, and when.
          nestwalk merge --images 4 --use-zero-pages --advisor --seconds 3600
              VMs of four images, with the advisor that sets the scanner's pace.
          nestwalk merge --script steps.txt
              The counters after the steps of a script.

        """)
  }
}
