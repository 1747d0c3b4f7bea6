import Guests
import Testing

@testable import Paging

/// Holds a format's masked compares against its ladder: whatever passes the compare must pass the
/// ladder with the same result and nothing to update, and a leaf that does holds no address bits below
/// its page.
///
/// The entries are random words, words made to pass each compare, and those with every single bit
/// turned over; the paths are random too. It returns how many entries passed a compare, so that a test
/// can see that it has tested something.
func checkAgainstLadder<Format: PagingFormat>(
  _: Format.Type, rules: [Format.Rules], levels: Int = PagingLevels.most, rounds: Int = 4,
  seed: UInt64 = 0x5eed
) -> Int {
  var random = SplitMix64(seed: seed)
  var passed = 0
  var disagreements = 0
  for rules in rules {
    for access in WalkAccess.all {
      for level in 0..<levels {
        let check = Format.check(level: level, access: access, rules: rules)
        for _ in 0..<rounds {
          for entry in entries(around: check, &random) {
            for path in paths(around: check, &random) {
              let path = Format.accumulates ? Format.accumulate(path, entry) : path
              switch compare(
                Format.self, entry, check, level: level, access: access, rules: rules, path: path)
              {
              case .agreed: passed += 1
              case .notPassed: break
              case .disagreed:
                disagreements += 1
                // More of the same tells nothing new.
                if disagreements == 20 { return passed }
              }
            }
          }
        }
      }
    }
  }
  return passed
}

extension WalkAccess {
  /// Every class of access that there is.
  static var all: [WalkAccess] {
    var all: [WalkAccess] = []
    for role in [Role.final, .tableRead, .tableUpdate, .probe] {
      for kind in Access.Kind.allCases {
        for privilege in Access.Privilege.allCases {
          all.append(WalkAccess(kind, privilege, role))
        }
      }
    }
    return all
  }
}

/// Words that a compare is likely to be wrong about.
private func entries(around check: EntryCheck, _ random: inout SplitMix64) -> [UInt64] {
  let table = check.tableValue | random.next() & ~check.tableMask
  let leaf = check.leafValue | random.next() & ~check.leafMask
  var entries = [random.next(), random.next() | 1, table, leaf]
  for bit in 0..<64 as Range<UInt64> {
    entries.append(table ^ 1 << bit)
    entries.append(leaf ^ 1 << bit)
  }
  return entries
}

/// Paths that a compare is likely to be wrong about.
private func paths(around check: EntryCheck, _ random: inout SplitMix64) -> [UInt64] {
  let passing = check.pathValue | random.next() & ~check.pathMask
  return [
    ~0, passing, passing ^ 1 << (random.next() & 63), passing ^ check.pathMask & random.next(),
  ]
}

/// What came of holding one entry's two answers against each other.
private enum Comparison {
  /// The entry did not pass the compare, so the ladder alone decides.
  case notPassed
  case agreed
  case disagreed
}

/// Compares one entry's two answers.
private func compare<Format: PagingFormat>(
  _: Format.Type, _ entry: UInt64, _ check: EntryCheck, level: Int, access: WalkAccess,
  rules: Format.Rules, path: UInt64
) -> Comparison {
  let isTable = entry & check.tableMask == check.tableValue
  let isLeaf =
    entry & check.leafMask == check.leafValue
    && (!Format.accumulates || path & check.pathMask == check.pathValue)
  guard isTable || isLeaf else { return .notPassed }
  let found = Format.examine(
    entry, level: level, access: access, rules: rules, accumulated: path)
  let agrees =
    switch found {
    case .table(let after): isTable && !isLeaf && after == entry && level > 0
    case .leaf(let after, let shift):
      isLeaf && !isTable && after == entry
        && shift == Format.pageShift + UInt64(level) * Format.indexBits
        && Format.address(entry) & ((1 << shift) - 1) == 0
    case .refused: false
    }
  guard agrees else {
    Issue.record(
      """
      \(Format.self) level \(level) \(access) \(rules): 0x\(String(entry, radix: 16)) on the path \
      0x\(String(path, radix: 16)) passes as \(isTable ? "a table" : "a leaf"), the ladder says \(found)
      """)
    return .disagreed
  }
  return .agreed
}

/// All combinations of some choices, each made by turning one of a value's switches on.
func combinations<Value>(_ plain: Value, _ switches: [(inout Value) -> Void]) -> [Value] {
  (0..<1 << switches.count).map { number in
    var value = plain
    for (position, turnOn) in switches.enumerated() where number >> position & 1 != 0 {
      turnOn(&value)
    }
    return value
  }
}
