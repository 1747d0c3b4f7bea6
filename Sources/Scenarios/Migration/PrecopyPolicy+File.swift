internal import Quantities
public import Studies

/// How the end of the rounds is written.
extension PrecopyPolicy: MappingDecodable {
  private enum BrakeName: String, CaseIterable, Sendable {
    case none
    case throttle
    case dirtyLimit = "dirty-limit"
  }

  private static let standard = PrecopyPolicy()
  private static let downtimeField = DefaultField(
    "downtime", ValueForm<TimeSpan>.quantity(in: TimeSpan(picoseconds: 0)...longest),
    default: TimeSpan(picoseconds: UInt64(standard.downtimePicoseconds)),
    "the time that what is left may take to send when the guest is stopped")
  private static let roundsField = DefaultField(
    "rounds", ValueForm<Int>.integer(in: 1...10_000), default: standard.mostRounds,
    "the most rounds")
  private static let limitField = DefaultField(
    "limit", ValueForm<TimeSpan>.quantity(in: TimeSpan(picoseconds: 1_000_000_000)...longest),
    default: TimeSpan(picoseconds: UInt64(standard.longestPicoseconds)),
    "how long rounds go on at most")
  private static let brakeField = DefaultField(
    "brake", ValueForm<BrakeName>.choice(), default: .none,
    "what slows down a guest that writes too fast: QEMU's auto-converge, or its dirty limit")
  private static let initialField = OptionalField(
    "initial", ValueForm<Int>.integer(in: 1...99),
    "with throttle, the percent of its time that a processor sleeps at first; 20 without")
  private static let incrementField = OptionalField(
    "increment", ValueForm<Int>.integer(in: 1...99),
    "with throttle, by how many percent that grows; 10 without")
  private static let mostField = OptionalField(
    "most", ValueForm<Int>.integer(in: 1...99),
    "with throttle, the percent that it grows to at most; 99 without")
  private static let dirtyLimitField = OptionalField(
    "dirtyLimit", ValueForm<DataRate>.quantity(in: slowest...fastest),
    "with dirty-limit, what each processor may write anew in a second; 1 MiB/s without")
  private static let triggerField = OptionalField(
    "trigger", ValueForm<Int>.integer(in: 1...1000),
    "with a brake, the percent of what was sent that may be written meanwhile; 50 without")
  private static let forcesField = DefaultField(
    "forces", ValueForm<Bool>.boolean, default: false,
    "whether the guest is stopped and moved all the same where rounds don't end")
  private static let longest = TimeSpan(picoseconds: 1_000_000_000_000_000_000)
  private static let slowest = DataRate(bitsPerSecond: 8_000)
  private static let fastest = DataRate(bitsPerSecond: 80_000_000_000_000)

  /// What such a mapping is.
  public static var noun: String { "a policy of pre-copy" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      downtimeField.declaration, roundsField.declaration, limitField.declaration,
      brakeField.declaration, initialField.declaration, incrementField.declaration,
      mostField.declaration, dirtyLimitField.declaration, triggerField.declaration,
      forcesField.declaration,
    ]
  }

  /// What a policy is read from.
  public init?(from mapping: inout MappingDecoder) {
    self.init()
    downtimePicoseconds = Int64(mapping.value(of: Self.downtimeField).picoseconds)
    mostRounds = mapping.value(of: Self.roundsField)
    longestPicoseconds = Int64(mapping.value(of: Self.limitField).picoseconds)
    switch mapping.value(of: Self.brakeField) {
    case .none: break
    case .throttle:
      let initial = mapping.value(of: Self.initialField) ?? 20
      let increment = mapping.value(of: Self.incrementField) ?? 10
      let most = mapping.value(of: Self.mostField) ?? 99
      brake = .throttle(initial: initial, increment: increment, most: most)
      if initial > most { mapping.refuse("initial", "it must be at most “most”, \(most)") }
    case .dirtyLimit:
      let limit = mapping.value(of: Self.dirtyLimitField)
      brake = .dirtyLimit(bytesPerSecond: (limit?.bitsPerSecond ?? 8 << 20) / 8)
    }
    if brake != .none { triggerPercent = mapping.value(of: Self.triggerField) ?? 50 }
    forcesSwitch = mapping.value(of: Self.forcesField)
    guard mapping.isSound else { return nil }
  }

  var node: Node {
    func time(_ picoseconds: Int64) -> Node {
      .literal(TimeSpan(picoseconds: UInt64(picoseconds)))
    }
    var list = MemberList()
    list.add("downtime", time(downtimePicoseconds))
    list.add("rounds", .literal(mostRounds))
    list.add("limit", time(longestPicoseconds))
    switch brake {
    case .none: break
    case .throttle(let initial, let increment, let most):
      list.add("brake", .text("throttle"))
      list.add("initial", .literal(initial))
      list.add("increment", .literal(increment))
      list.add("most", .literal(most))
    case .dirtyLimit(let bytes):
      list.add("brake", .text("dirty-limit"))
      list.add("dirtyLimit", .literal(DataRate(bitsPerSecond: bytes * 8)))
    }
    if brake != .none { list.add("trigger", .literal(triggerPercent)) }
    if forcesSwitch { list.add("forces", .literal(true)) }
    return list.node
  }
}
