import Guests
import Paging

/// The figures on TLB misses and walk caches.
extension Claims {
  static let missRows: [Row] = [
    (
      "F16", "The steady cost of translation",
      { (_) throws(ClaimError) in try steadyShare() }
    ),
    ("F56", "Compact tables", { (_) throws(ClaimError) in try placement() }),
    ("F58", "Misses times cycles", { (_) throws(ClaimError) in measuredMisses() }),
    ("F79", "A scan of 60 GB", { (_) throws(ClaimError) in try columnScan() }),
  ]

  private static func measuredMisses() -> Found {
    let misses = MeasuredMisses(
      misses: 12_234_567, cyclesPerMiss: 100, megahertz: 3000, runSeconds: 5.1)
    return (
      [
        .model("time", .time, 0.4e15, misses.seconds * 1e15, within: 0.05),
        .model("of the run", .percent, 7.8, 100 * misses.share, within: 0.05),
      ], "The share is that of the time before it is rounded to 0.4 s."
    )
  }

  private static func steadyShare() throws(ClaimError) -> Found {
    let zipf = Workload(
      .zipf(exponent: 1.2), footprintBytes: 16 << 30, elementBytes: 64, writePercent: 0, seed: 1)
    let scan = Workload(
      .sequential, footprintBytes: 60 << 30, elementBytes: 64, writePercent: 0, seed: 1)
    var shares: [Double] = []
    for (workload, work) in [(zipf, 100.0), (scan, 16)] {
      for bytes in [UInt64(4096), 2 << 20] {
        let outcome = try misses(workload, .skylakeSP, PagePair(guest: bytes, host: bytes))
        shares.append(100 * outcome.share(workCycles: work))
      }
    }
    return (
      [
        .model("of the run time at least", .percent, 2...7, shares.min() ?? 0),
        .model("of the run time at most", .percent, 2...7, shares.max() ?? 0),
      ],
      "Zipf's law (1.2, 16 GiB, 100 cycles of work an access) and a scan (60 GiB, 16 cycles), with"
        + " pages of 4 KiB and of 2 MiB at both stages, on Skylake-SP: it depends on both."
    )
  }

  /// A column whose values lie a page apart, and one whose values lie side by side.
  private static func columnScan() throws(ClaimError) -> Found {
    func share(
      _ pattern: AccessPattern, _ pages: UInt64, work: Double
    ) throws(ClaimError) -> Double {
      let scan = Workload(
        pattern, footprintBytes: 60 << 30, elementBytes: 64, writePercent: 0, seed: 1)
      let outcome = try misses(scan, .skylakeSP, PagePair(guest: pages, host: pages))
      return 100 * outcome.share(workCycles: work)
    }
    let rows = AccessPattern.stride(bytes: 4096)
    let dense = try share(.sequential, 4096, work: 16)
    let small = try share(rows, 4096, work: 100)
    // The work beside which the walks are one half.
    let even = 100 * small / (100 - small)
    return (
      [
        .model(
          "of the time in walks, 4 KiB pages", .percent, 50...100, small),
        .model(
          "of the time in walks, 2 MiB pages", .percent, 0...5, try share(rows, 2 << 20, work: 100)),
      ],
      "Scenarios/column-scan-60g.yaml, on Skylake-SP: values a page apart, 100 cycles of work each;"
        + " beside less than \(PressureDiagnosis.rate(even)) cycles walks are more than half. Of values side"
        + " by side, with 16 cycles each, walks take \(PressureDiagnosis.rate(dense)) % with 4 KiB pages."
    )
  }

  private static func placement() throws(ClaimError) -> Found {
    let workload = Workload(
      .random, footprintBytes: 100 << 30, elementBytes: 64, writePercent: 0, seed: 1)
    let pages = PagePair(guest: 4096, host: 2 << 20)
    let compact = try misses(workload, .skylakeSP, pages)
    let scattered = try misses(workload, .skylakeSP, pages, order: .scattered(seed: 1))
    func nanoseconds(_ cycles: Int) -> Double { Double(cycles) / 3 * 1e6 }
    return (
      [
        .model(
          "scattered, median walk", .time, 115e6, nanoseconds(scattered.medianWalkCycles),
          within: 0.25),
        .model(
          "compact, median walk", .time, 82e6, nanoseconds(compact.medianWalkCycles), within: 0.25),
        .model(
          "scattered, 99th percentile", .time, 220e6, nanoseconds(scattered.slowWalkCycles),
          within: 0.25),
        .model(
          "compact, 99th percentile", .time, 140e6, nanoseconds(compact.slowWalkCycles),
          within: 0.25),
      ],
      "Random reads of 100 GiB, the guest in 4 KiB pages and the host in 2 MiB, on Skylake-SP at 3 GHz"
        + " with assumed walk caches: the direction holds, the times do not. Docs/TLB.md has more cores."
    )
  }

  private static func misses(
    _ workload: Workload, _ core: CoreModel, _ pages: PagePair, order: TableOrder = .ascending
  ) throws(ClaimError) -> TranslationOutcome {
    let (warmUp, count) = (20_000, 100_000)
    let study = TranslationStudy(
      core, guest: .x86Level4, host: .ept4, order: order, warmUp: warmUp)
    var stream: AccessStream
    do throws(WorkloadError) {
      stream = try AccessStream(workload)
    } catch {
      throw .unexpected("\(error)")
    }
    do throws(TranslationStudyError) {
      let machine = try study.machine(pages, bytes: workload.footprintBytes)
      let start: UInt64 = 1 << 36
      try machine.map(GuestVirtual(start), bytes: workload.footprintBytes)
      for _ in 0..<(warmUp + count) / 4000 {
        let accesses = (0..<4000).map { _ in
          let access = stream.next()
          return TraceAccess(GuestVirtual(start + access.offset), access.isWrite ? .write : .read)
        }
        try machine.make(accesses, onDemand: false)
      }
      return machine.outcome
    } catch {
      throw .translation(error)
    }
  }
}
