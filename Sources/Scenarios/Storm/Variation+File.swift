internal import Quantities
internal import Simulation
public import Studies

/// How what sets machines of one kind apart is written.
extension Variation: MappingDecodable {
  private static let launchField = DefaultField(
    "launch", ValueForm<TimeSpan>.quantity(in: TimeSpan(picoseconds: 0)...longest),
    default: TimeSpan(picoseconds: 0), "how much longer a machine's launch takes at most")
  private static let waitsField = DefaultField(
    "waits", percentage, default: 0,
    "by how many percent a machine's waits are longer or shorter at most")
  private static let workField = DefaultField(
    "work", percentage, default: 0, "by how many percent a guest works longer or shorter at most")
  private static let leftOutField = DefaultField(
    "leftOut", percentage, default: 0, "what percent of the others' pages a guest doesn't touch")
  private static let shuffleField = DefaultField(
    "shuffle", ValueForm<Int>.integer(in: 1...65_536), default: 1,
    "within how many touches a guest's order is its own")
  private static let kindsField = OptionalField(
    "kinds", ValueForm<Int>.integer(in: 1...1_000_000),
    "how many kinds of guests there are; each machine is its own where nothing is said")

  private static let percentage = ValueForm<Double>.number(in: 0...100)
  private static let longest = TimeSpan(picoseconds: 3_600_000_000_000_000)

  /// What such a mapping is.
  public static var noun: String { "a variation" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      launchField.declaration, waitsField.declaration, workField.declaration,
      leftOutField.declaration, shuffleField.declaration, kindsField.declaration,
    ]
  }

  /// What a variation is read from.
  public init?(from mapping: inout MappingDecoder) {
    self.init()
    launch = VirtualDuration(mapping.value(of: Self.launchField))
    waitPercent = mapping.value(of: Self.waitsField)
    workPercent = mapping.value(of: Self.workField)
    leftOutPercent = mapping.value(of: Self.leftOutField)
    window = mapping.value(of: Self.shuffleField)
    kinds = mapping.value(of: Self.kindsField)
    if kinds != nil, !variesGuests {
      mapping.refuse(
        "kinds", "all guests do the same without “work”, “leftOut” or “shuffle”, so leave it out")
    }
    guard mapping.isSound else { return nil }
  }
}
