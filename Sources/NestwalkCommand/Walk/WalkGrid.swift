import Paging
import Records

/// The two-dimensional picture of a walk: a row for each guest table and one for the access, in which
/// a column for each level of the hypervisor's tables comes before the guest's entry.
struct WalkGrid {
  /// One read.
  struct Cell: Hashable {
    /// The number of the read, counted from 1.
    let number: Int
    let place: HostPhysical
    let entry: UInt64
    /// Whether the walk stops at this entry.
    let isStop: Bool
  }

  /// One row of the picture.
  struct Row: Hashable {
    let title: String
    /// The reads of the hypervisor's tables, by column; nothing where there is none.
    let host: [Cell?]
    let guest: Cell?
  }

  /// The names of the columns.
  let columns: [String]
  /// Whether the last column is for the guest's entries.
  let hasGuest: Bool
  let rows: [Row]

  init(_ walk: ExplainedWalk) {
    let steps = walk.steps
    let rounds = walk.rounds
    let shown = rounds.flatMap { $0.steps.map { steps[$0] } }
    let hostLevels = Set(shown.filter { $0.stage == .second }.map(\.level)).sorted(by: >)
    hasGuest = shown.contains { $0.stage == .first }
    columns =
      hostLevels.map { WalkWords.entry(walk.isa, $0) } + (hasGuest ? ["guest's entry"] : [])
    let numbers = walk.readNumbers
    let last = steps.indices.last
    rows = rounds.map { round in
      let cell = { (index: Int) in
        Cell(
          number: numbers[index] ?? 0, place: steps[index].place, entry: steps[index].entry,
          isStop: index == last && walk.failure != nil && !walk.leavesMemory)
      }
      var title: String
      if let level = round.guestLevel {
        title = WalkWords.guestEntry(walk.isa, level)
      } else {
        title = "the access"
      }
      if let address = round.guestPhysical { title += ", at guest-physical \(address)" }
      return Row(
        title: title,
        host: hostLevels.map { level in
          round.steps.first { steps[$0].stage == .second && steps[$0].level == level }.map(cell)
        },
        guest: round.steps.first { steps[$0].stage == .first }.map(cell))
    }
  }
}

extension WalkGrid.Row {
  /// The reads of the row in the order in which they were made.
  var cells: [WalkGrid.Cell] { (host + [guest]).compactMap(\.self) }

  /// The numbers of the row's reads: `1-4`.
  var numbers: String {
    guard let first = cells.first?.number, let last = cells.last?.number else { return "" }
    return first == last ? "\(first)" : "\(first)-\(last)"
  }
}
