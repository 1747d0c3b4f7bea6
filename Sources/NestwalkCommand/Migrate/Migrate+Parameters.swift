import Console

extension Migrate {
  static let parameters: [Parameter<Self>] = [
    .positional("FILE", \.file, "The file of a migration; “-” is standard input"),
    .option(
      "set", \.overrides, value: "PATH=VALUE",
      "Give a field of FILE another value, such as machine.processors=16"),
    .option(
      "rate", \.writeRate, value: "RATE",
      "Without FILE, how fast each virtual processor writes pages while nothing slows it"),
    .option(
      "bandwidth", \.bandwidth, value: "RATE", "Without FILE, what the link takes",
      default: "10Gbit/s"),
    .option(
      "machine", \.machine, value: "WHICH",
      "Which of FILE's machines is played: its number from 1 on, by itself; or all, on one link",
      default: "1"),
    .flag("print-scenario", \.printScenario, "Print the scenario instead of its answer"),
    .option(
      "threads", \.threads, value: "N",
      "How many threads play migrations; the outcome is the same on any number",
      default: "the processors there are"),
    .flag(
      "phases", \.phases,
      "Play the phases of a dirty log, of FILE's machine or of one that options say"
    ),
    .option(
      "vcpus", \.processors, value: "N", "How many virtual processors write", default: "1"),
    .option(
      "memory-per-vcpu", \.memoryPerProcessor, value: "SIZE", "The memory that each has for itself",
      default: "1G"),
    .option(
      "backing", \.backing, value: "SIZE", "The largest pages of the host: 4K, 2M or 1G",
      default: "2M; in a migration 4K and 2M"),
    .option(
      "mechanism", \.method, value: "HOW",
      "How writes are logged: write protection (wp), manual protection that is initially all set"
        + " (manual), a scan of dirty flags (dbit), Intel's page-modification log (pml), a dirty ring"
        + " (ring), or one that the log is emptied into (pml-ring)",
      default: "wp; in a migration all"),
    .option(
      "split", \.splitting, value: "WHEN",
      "When large pages are split: all at once (eager), or each at its first write (lazy), which maps"
        + " all its small pages (fill), or the one that is written (break); lazy is KVM's way of both",
      default: "KVM's: eager on x86-64, lazy elsewhere; in a migration both"),
    .option(
      "recover", \.recovery, value: "HOW",
      "How large pages come back at the end: in the place of their small ones (in-place), by a zap"
        + " and new faults (refault), or where a fault happens to find one (on-fault)",
      default: "KVM's: in-place on x86-64, on-fault elsewhere"),
    .option(
      "iterations", \.iterations, value: "N", "How often writes are made, got and cleared",
      default: "2"),
    .option(
      "write-fraction", \.written, value: "SHARE",
      "The part of its pages of 4K that each processor writes in an iteration", default: "100 %"),
    .flag(
      "keep-writing-while-disabling", \.keepsWriting,
      "Let the processors write once more while logging ends"),
    .flag(
      "scan-access", \.scansAccess,
      "End each iteration with a scan for accessed pages, and have what was written read again"),
    .flag(
      "no-access-flags", \.lacksAccessFlags,
      "Take processors that set no accessed flags at the second stage: EPT without them, Arm without HA,"
        + " RISC-V with Svade"),
    .option(
      "ring-entries", \.ringEntries, value: "N",
      "The entries of each processor's dirty ring, a power of two as KVM takes it",
      default: "65536"),
    .option(
      "clear-chunk", \.clearChunk, value: "SIZE", "How much memory is cleared at once",
      default: "1G with manual, all elsewhere"),
    .option("seed", \.seed, value: "N", "The seed of what is written", default: "1"),
    .option(
      "host", \.host, value: "FORMAT", "The format of the second stage's tables",
      default: "that of the profile's ISA: ept4, arm-s2-4k or sv48x4"),
    .option(
      "profile", \.profile, value: "PROFILE", "What prices the counts: a profile's name, or a file",
      default: "the source texts' of the ISA"),
    .option(
      "script", \.script, value: "FILE",
      "Make the steps of a script instead; “-” is standard input"),
    .option(
      "json", \.json, value: "FILE", "Write the outcome as JSON; “-” is standard output"),
    .option("csv", \.csv, value: "FILE", "Write the outcome as CSV; “-” is standard output"),
    .option(
      "html", \.html, value: "FILE", "Write a migration as a page with charts that stands alone"),
  ]
}
