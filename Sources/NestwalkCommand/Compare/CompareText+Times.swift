import Console
import Costs
import Studies

/// What one fault and one walk take, part by part.
extension CompareText {
  /// A time of each machine, in parts that add up to it.
  private struct Parts {
    let total: [UInt128]
    let rows: [(component: Component, costs: [UInt128])]
  }

  /// What one of `counts` took of the lines that `isIncluded` takes, component by component.
  private func parts(
    _ count: (ComparedOutcome) -> UInt64, where isIncluded: (BillLine) -> Bool
  ) -> Parts {
    let outcomes = report.outcomes
    let total = outcomes.map { outcome in
      Self.quotient(outcome.bill.cost(where: isIncluded).likely, count(outcome))
    }
    let rows = Component.allCases.compactMap { component in
      let costs = outcomes.map { outcome in
        let cost = outcome.bill.cost { $0.component == component && isIncluded($0) }
        return Self.quotient(cost.likely, count(outcome))
      }
      return costs.contains { $0 > 0 } ? (component, costs) : nil
    }
    return Parts(total: total, rows: rows)
  }

  private static func quotient(_ cost: UInt128, _ count: UInt64) -> UInt128 {
    count == 0 ? 0 : (cost + UInt128(count) / 2) / UInt128(count)
  }

  private static func isFault(_ line: BillLine) -> Bool { !line.activity.isWalk }

  private static func isWalk(_ line: BillLine) -> Bool { line.activity == .access }

  private static func isStoppedWalk(_ line: BillLine) -> Bool { line.activity == .stoppedWalk }

  // MARK: Times

  /// The time of one fault: of all faults, and of each kind where there are several; then its parts.
  var faultTimes: [String] {
    let parts = parts(\.faults, where: Self.isFault)
    guard parts.total.contains(where: { $0 > 0 }) else { return [] }
    let unit = TableUnit(for: parts.total)
    var lines = times("time of a fault", parts, unit)
    let kinds = FaultKind.allCases.filter { kind in
      report.outcomes.contains { $0.ledger.faults(kind) > 0 }
    }
    if kinds.count > 1 {
      lines.append("by kind")
      for kind in kinds {
        let costs = report.outcomes.map {
          Self.quotient($0.bill.cost(of: kind).likely, $0.ledger.faults(kind))
        }
        lines.append(row(kind.phrase, costs.map { $0 == 0 ? "-" : unit.text($0) }))
      }
    }
    return lines
  }

  /// The time of the walks of an access: of the one that arrived, and of those that faults stopped.
  var walkTimes: [String] {
    walkTimes("walk of an access", where: Self.isWalk)
      + walkTimes("stopped before", where: Self.isStoppedWalk)
  }

  private func walkTimes(_ label: String, where isIncluded: (BillLine) -> Bool) -> [String] {
    let parts = parts(\.touches, where: isIncluded)
    guard parts.total.contains(where: { $0 > 0 }) else { return [] }
    let unit = TableUnit(for: parts.total)
    return [row("\(label), \(unit.name)", parts.total.map(unit.text))]
      + uses(parts, count: \.touches, where: isIncluded)
  }

  private func times(_ label: String, _ parts: Parts, _ unit: TableUnit) -> [String] {
    var lines = [row("\(label), \(unit.name)", parts.total.map(unit.text))]
    let columns = report.outcomes.indices.map { column in
      unit.parts(parts.rows.map { $0.costs[column] }, of: parts.total[column])
    }
    for (number, part) in parts.rows.enumerated() {
      let cells = report.outcomes.indices.map { column in
        part.costs[column] == 0 ? "-" : columns[column][number]
      }
      lines.append(row("  \(part.component.name)", cells))
    }
    return lines
  }

  // MARK: Uses

  /// How often a fault uses each component, and at which price.
  var faultUses: [String] {
    let parts = parts(\.faults, where: Self.isFault)
    guard parts.total.contains(where: { $0 > 0 }) else { return [] }
    return ["uses by a fault × price"] + uses(parts, count: \.faults, where: Self.isFault)
  }

  private func uses(
    _ parts: Parts, count: (ComparedOutcome) -> UInt64, where isIncluded: (BillLine) -> Bool
  ) -> [String] {
    parts.rows.map { part in
      row("  \(part.component.name)") { outcome in
        let amount = outcome.bill.lines.reduce(UInt64(0)) { sum, line in
          line.component == part.component && isIncluded(line) ? sum + line.amount : sum
        }
        guard amount > 0, count(outcome) > 0,
          let price = outcome.machine.profile[part.component]?.likely
        else { return "-" }
        let one = Self.unit(part.component, UInt128(amount), UInt128(count(outcome)))
        let uses = Self.number(UInt128(amount), over: UInt128(count(outcome)) * one.size)
        let cost = CostText.time(UInt128(price) * one.size)
        let text = "\(uses)\(one.name) × \(cost)"
        return text.count < width ? text : "\(uses)\(one.name)×\(cost)"
      }
    }
  }

  /// What uses are counted in: bytes in a unit of which there are not too many.
  private static func unit(
    _ component: Component, _ amount: UInt128, _ count: UInt128
  ) -> (size: UInt128, name: String) {
    guard component.isPerByte else { return (1, "") }
    return amount >= count << 20 ? (1 << 20, " MiB") : (1 << 10, " KiB")
  }

  /// A quotient with three digits that count, at least.
  private static func number(_ dividend: UInt128, over divisor: UInt128) -> String {
    if dividend % divisor == 0 { return CostText.count(UInt64(dividend / divisor)) }
    if dividend >= divisor { return CostText.decimal(dividend, over: divisor, 2) }
    for decimals in 2...12 {
      let scale = (0..<decimals).reduce(UInt128(1)) { product, _ in product * 10 }
      let parts = (dividend * scale + divisor / 2) / divisor
      guard parts >= 100 || decimals == 12 else { continue }
      var digits = "\(parts)"
      digits = String(repeating: "0", count: max(0, decimals - digits.count)) + digits
      while digits.last == "0" { digits.removeLast() }
      return "0.\(digits)"
    }
    return "0"
  }

  // MARK: Words

  /// What the components are.
  var words: [String] {
    let all = parts(\.touches) { _ in true }
    return TextLayout.definitions(all.rows.map { ($0.component.name, $0.component.phrase) })
  }
}

extension FaultKind {
  /// One of the kind.
  fileprivate var phrase: String {
    switch self {
    case .guest: "  the guest's own"
    case .missing: "  a missing page"
    case .permission: "  a permission"
    case .cascade: "  a cascade"
    }
  }
}

/// The unit of a section's times, all with the same number of decimals.
private struct TableUnit {
  let name: String
  /// The femtoseconds of the last digit.
  private let digit: UInt128
  private let decimals: Int

  /// The unit that suits the largest of some times in femtoseconds.
  init(for times: [UInt128]) {
    let most = times.max() ?? 0
    if most >= 10_000_000_000_000 {
      (name, digit, decimals) = ("ms", 1_000_000_000, 3)
    } else if most >= 1_000_000_000 {
      (name, digit, decimals) = ("µs", 1_000_000, 3)
    } else {
      (name, digit, decimals) = ("ns", 100_000, 1)
    }
  }

  /// A time.
  func text(_ femtoseconds: UInt128) -> String {
    text(digits: (femtoseconds + digit / 2) / digit)
  }

  /// Parts of a time, rounded so that they add up to its own rounded value: those that lose most are
  /// rounded up.
  func parts(_ parts: [UInt128], of total: UInt128) -> [String] {
    var digits = parts.map { $0 / digit }
    let wanted = (total + digit / 2) / digit
    let order = parts.indices.sorted { left, right in
      let (one, other) = (parts[left] % digit, parts[right] % digit)
      return one != other ? one > other : left < right
    }
    var missing = wanted - min(wanted, digits.reduce(0, +))
    for place in order where missing > 0 {
      digits[place] += 1
      missing -= 1
    }
    return digits.map(text(digits:))
  }

  private func text(digits number: UInt128) -> String {
    let scale: UInt128 = decimals == 3 ? 1000 : 10
    let fraction = "\(number % scale)"
    return CostText.count(UInt64(number / scale)) + "."
      + String(repeating: "0", count: decimals - fraction.count) + fraction
  }
}
