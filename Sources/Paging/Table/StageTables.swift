/// The tables of one stage and the frames that they are made from.
struct StageTables: Sendable {
  let root: StageRoot
  var frames: TableFrames

  /// An empty root in the first of `frames` that it fits.
  init(
    _ root: StageRoot, frames: consuming TableFrames, _ memory: MemoryHandle
  ) throws(TableError) {
    let bytes = root.shape.rootBytes
    guard let address = frames.takeRoot(bytes: bytes) else {
      throw .outOfFrames(needed: Int(bytes / frames.frameBytes), free: frames.free)
    }
    var root = root
    root.address = address
    self.root = root
    self.frames = frames
    try Self.visit(address, bytes: bytes, root.placement, memory) { _ in }
    try Self.visit(address, bytes: bytes, root.placement, memory) {
      $0.fill(from: 0, $0.count, first: 0, step: 0)
    }
  }

  /// Visits the words of a frame, piece by piece.
  @inline(__always)
  static func visit(
    _ address: UInt64, bytes: UInt64, _ placement: TablePlacement, _ memory: MemoryHandle,
    _ body: (WordRun) -> Void
  ) throws(TableError) {
    var left = Int(bytes / 8)
    var place = address
    while left > 0 {
      guard let run = placement.words(at: place, most: left, memory) else {
        throw .tableUnreachable(address: place)
      }
      body(run)
      left -= run.count
      place += UInt64(run.count) * 8
    }
  }

  /// Carries out one edit: first all that could refuse it is looked at, then it is made.
  mutating func perform<Format: EditableFormat>(
    _ edit: TableEdit, _: Format.Type, _ memory: MemoryHandle
  ) throws(TableError) -> EditSummary {
    var summary = EditSummary()
    let top = root.shape.levels - 1
    let range =
      edit.kind.takesPartsOfPages ? wholePages(edit.range, Format.self, memory) : edit.range
    let from = range.lowerBound
    let to = range.upperBound
    switch edit.kind {
    case .map(let target, let attributes, let pageBytes):
      if pageBytes == to - from, let level = root.shape.level(ofPageBytes: to - from),
        let entry = try? Format.pageEntry(attributes, level: level),
        mapOne(
          Format.self, from, to: target, PageTemplate(entry: entry, level: level), memory)
      {
        summary.pages = 1
        return summary
      }
      let plan = try MapPlan(
        Format.self, edit.range, to: target, attributes, pageBytes: pageBytes, root)
      let needed = try survey(Format.self, plan, root.address, level: top, from, to, memory)
      try reserve(needed, memory)
      try map(Format.self, plan, root.address, level: top, from, to, memory, &summary)
    case .unmap:
      try survey(Format.self, edit, root.address, level: top, from, to, memory)
      _ = try unmap(Format.self, root.address, level: top, from, to, memory, &summary)
    case .protect(let attributes):
      let change = try PermissionChange(Format.self, attributes)
      try survey(Format.self, edit, root.address, level: top, from, to, memory)
      try rewrite(Format.self, change, root.address, level: top, from, to, memory, &summary)
    case .age:
      try survey(Format.self, edit, root.address, level: top, from, to, memory)
      try rewrite(Format.self, Ageing(), root.address, level: top, from, to, memory, &summary)
    case .clean:
      try survey(Format.self, edit, root.address, level: top, from, to, memory)
      try rewrite(Format.self, Cleaning(), root.address, level: top, from, to, memory, &summary)
    case .writeProtect:
      try survey(Format.self, edit, root.address, level: top, from, to, memory)
      let change = WriteProtection()
      try rewrite(Format.self, change, root.address, level: top, from, to, memory, &summary)
    case .revoke:
      try survey(Format.self, edit, root.address, level: top, from, to, memory)
      try rewrite(Format.self, Revocation(), root.address, level: top, from, to, memory, &summary)
    }
    return summary
  }

  /// The range with the rest of the pages at its ends.
  private func wholePages<Format: EditableFormat>(
    _ range: Range<UInt64>, _: Format.Type, _ memory: MemoryHandle
  ) -> Range<UInt64> {
    var from = range.lowerBound
    var to = range.upperBound
    if let page = root.find(from, Format.self, memory) { from &= ~(page.bytes - 1) }
    if let page = root.find(to - 1, Format.self, memory) { to = ((to - 1) | (page.bytes - 1)) + 1 }
    return from..<to
  }

  /// Makes sure of the frames that an edit will take, and of the memory behind them.
  private func reserve(_ needed: Int, _ memory: MemoryHandle) throws(TableError) {
    guard needed <= frames.free else { throw .outOfFrames(needed: needed, free: frames.free) }
    for number in 0..<needed {
      guard let frame = frames.upcoming(number) else { break }
      try Self.visit(frame, bytes: frames.frameBytes, root.placement, memory) { _ in }
    }
  }

  /// Looks at what an edit of mapped pages would meet, and refuses what it can't change.
  private func survey<Format: EditableFormat>(
    _: Format.Type, _ edit: TableEdit, _ table: UInt64, level: Int, _ from: UInt64, _ to: UInt64,
    _ memory: MemoryHandle
  ) throws(TableError) {
    let takesParts = edit.kind.takesPartsOfPages
    var at = from
    while at < to {
      let slots = try root.slots(Format.self, of: table, level: level, from: at, to: to, memory)
      defer { at = slots.end }
      // Of the lowest table nothing is refused then, once it can be reached.
      if level == 0, takesParts, edit.skipsHoles { continue }
      for number in 0..<slots.run.count {
        let entry = slots.run[number]
        let part = slots.part(number, from: at, to: to)
        if !Format.isPresent(entry) {
          guard edit.skipsHoles else { throw .notMapped(address: root.widened(part.from)) }
        } else if Format.isTable(entry, level: level) {
          let child = Format.address(entry)
          if edit.kind.freesTables, !frames.holdsTable(child) {
            throw .foreignTable(address: child)
          }
          try survey(Format.self, edit, child, level: level &- 1, part.from, part.to, memory)
        } else if !takesParts,
          !slots.isWhole(part) || Format.isGrouped(entry, level: level)
        {
          let bytes = root.pageBytes(of: entry, level: level, Format.self)
          let start = part.from & ~(bytes &- 1)
          guard start >= edit.range.lowerBound, start &+ bytes <= edit.range.upperBound else {
            // The end of the range that lies inside the page.
            let inside = max(start, edit.range.lowerBound)
            throw .partOfPage(
              address: root.widened(inside == start ? edit.range.upperBound : inside),
              pageBytes: bytes)
          }
        }
      }
    }
  }
}
