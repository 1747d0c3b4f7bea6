import Console
import Guests
import Paging
import Quantities
import Records
import Studies

/// What the options choose, and what is wrong with them.
extension TLB {
  /// A week's work, and far from what a counter holds.
  private static let mostAccesses = 1_000_000_000_000

  var patternName: PatternName { pattern ?? .random }

  var workload: Workload {
    let pattern: AccessPattern =
      switch patternName {
      case .sequential: .sequential
      case .random: .random
      case .stride: .stride(bytes: stride?.bytes ?? 4096)
      case .zipf: .zipf(exponent: exponent?.value ?? 0.99)
      case .chase: .pointerChase
      }
    return Workload(
      pattern, footprintBytes: footprint?.bytes ?? 4 << 30, elementBytes: element?.bytes ?? 64,
      writePercent: writes ?? 0, seed: UInt64(bitPattern: Int64(seed ?? 1)))
  }

  var guestFormat: GuestFormat {
    if let guest { return guest }
    if let host { return host.partner }
    return switch core?.core.isa ?? .x86 {
    case .x86: .x86Level4
    case .arm: .arm4K
    case .riscv: .sv39
    }
  }

  var hostFormat: HostFormat {
    if let host { return host }
    if guest == nil || guest == .x86Level4, core?.core.isAMD == true { return .npt4 }
    return guestFormat.partner
  }

  var coreModel: CoreModel? { core?.core ?? CoreName.standard(guestFormat.isa) }

  var study: TranslationStudy {
    TranslationStudy(
      coreModel ?? CoreModel("none", "a core without TLBs", guestFormat.isa), guest: guestFormat,
      host: hostFormat, order: placement == .compact ? .ascending : .scattered(seed: 1),
      warmUp: warmUp ?? (trace == nil ? 100_000 : 0))
  }

  /// Every size of the guest's pages on bare metal and with every size of the hypervisor's.
  var pairs: [PagePair] {
    let hosts = sizes(hostPages, hostFormat.shape)
    return sizes(guestPages, guestFormat.shape).flatMap { guest in
      [PagePair(guest: guest, host: nil)] + hosts.map { PagePair(guest: guest, host: $0) }
    }
  }

  private func sizes(_ chosen: [ByteSize], _ shape: TableShape) -> [UInt64] {
    chosen.isEmpty ? shape.pageSizes.filter { $0 <= 1 << 30 } : Set(chosen.map(\.bytes)).sorted()
  }

  func problems() -> [String] {
    var problems = trace == nil ? workload.problems + patternProblems() : traceProblems()
    if trace == nil, traceFormat != nil { problems.append("“--trace-format” needs “--trace”.") }
    problems += formatProblems()
    if let accesses, accesses < 1 {
      problems.append("“--accesses” is \(accesses): at least one must be counted.")
    }
    if let warmUp, warmUp < 0 { problems.append("“--warm-up” is \(warmUp): it can't be negative.") }
    for (option, count) in [("accesses", accesses), ("warm-up", warmUp)] {
      guard let count, count > Self.mostAccesses else { continue }
      problems.append("“--\(option)” is \(count): it can be \(Self.mostAccesses) at most.")
    }
    if json?.isStandardStream == true, svg?.isStandardStream == true {
      problems.append("“--json” and “--svg” can't both be “-”.")
    }
    let files = [("trace", trace), ("json", json), ("svg", svg)].filter {
      $0.1?.isStandardStream == false
    }
    for (number, (option, file)) in files.enumerated() {
      for (other, same) in files[..<number] where same?.path == file?.path {
        problems.append("“--\(other)” and “--\(option)” can't both be “\(file?.path ?? "")”.")
      }
    }
    return problems + measuredProblems()
  }

  /// The options of another pattern, which would change nothing.
  private func patternProblems() -> [String] {
    let isLost = [
      ("stride", "stride", stride != nil && patternName != .stride),
      ("exponent", "zipf", exponent != nil && patternName != .zipf),
    ]
    return isLost.filter(\.2).map { "“--\($0.0)” needs “--pattern \($0.1)”." }
  }

  private func traceProblems() -> [String] {
    let isGiven = [
      ("pattern", pattern != nil), ("footprint", footprint != nil), ("element", element != nil),
      ("stride", stride != nil), ("exponent", exponent != nil), ("writes", writes != nil),
      ("seed", seed != nil),
    ]
    return isGiven.filter(\.1).map { "“--\($0.0)” is for a pattern: leave out “--trace”." }
  }

  private func formatProblems() -> [String] {
    guard guestFormat.isa == hostFormat.isa else {
      return [
        "“--guest” is “\(guestFormat)” and “--host” is “\(hostFormat)”: they must be of one"
          + " architecture."
      ]
    }
    var problems: [String] = []
    if let core = core?.core, core.isa != guestFormat.isa {
      problems.append(
        "“--core” is “\(core.name)”, a core of \(core.isa.rawValue), and the tables are of"
          + " \(guestFormat.isa.rawValue).")
    }
    for (option, chosen, format, shape) in [
      ("guest-page", guestPages, guestFormat.rawValue, guestFormat.shape),
      ("host-page", hostPages, hostFormat.rawValue, hostFormat.shape),
    ] {
      for size in chosen where !shape.pageSizes.contains(size.bytes) {
        let sizes = shape.pageSizes.map { ByteSize($0).argument }
        problems.append(
          "“--\(option)” is “\(size.argument)”: \(format) has pages of"
            + " \(Spelling.list(sizes, last: "and")).")
      }
    }
    return problems
  }

  private func measuredProblems() -> [String] {
    var problems: [String] = []
    if measured == nil, missCycles != nil || seconds != nil || clock != nil {
      problems.append("“--miss-cycles”, “--seconds” and “--clock” need “--measured”.")
    }
    if let measured {
      if measured < 0 { problems.append("“--measured” is \(measured): it can't be negative.") }
      if seconds.map({ $0.value == 0 }) ?? true {
        problems.append("“--measured” needs “--seconds”, of more than 0.")
      }
      if clock?.value == 0 { problems.append("“--clock” is 0: it must be more.") }
    }
    return problems
  }
}

extension CoreModel {
  /// Whether the core is one of AMD's, whose hypervisors have nested page tables.
  var isAMD: Bool { title.hasPrefix("AMD") }
}
