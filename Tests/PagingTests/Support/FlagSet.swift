import Guests

/// The name of one flag of a test's case.
protocol FlagName: RawRepresentable<Int>, CaseIterable, Sendable {}

/// Flags under names, one bit each, so that counting up an integer goes through all their combinations.
///
/// A failing test prints the names of those that are set.
struct FlagSet<Name: FlagName>: Sendable, CustomStringConvertible {
  var bits: UInt64

  init(_ names: [Name] = []) { bits = names.reduce(0) { $0 | 1 << UInt64($1.rawValue) } }

  subscript(_ name: Name) -> Bool {
    get { bits >> UInt64(name.rawValue) & 1 != 0 }
    set {
      if newValue {
        bits |= 1 << UInt64(name.rawValue)
      } else {
        bits &= ~(1 << UInt64(name.rawValue))
      }
    }
  }

  /// One bit of a word, if the flag is set.
  func bit(_ name: Name, _ position: UInt64) -> UInt64 { self[name] ? 1 << position : 0 }

  /// Gives the named flags the bits of `number`, the first one bit 0.
  mutating func assign(_ number: UInt64, to names: [Name]) {
    for (position, name) in names.enumerated() { self[name] = number >> UInt64(position) & 1 != 0 }
  }

  /// Turns each flag over with a chance of one in `odds`.
  mutating func disturb(_ odds: UInt64, using random: inout SplitMix64) {
    for name in Name.allCases where random.next() % odds == 0 { self[name].toggle() }
  }

  var description: String {
    Name.allCases.filter { self[$0] }.map { "\($0)" }.joined(separator: " ")
  }
}
