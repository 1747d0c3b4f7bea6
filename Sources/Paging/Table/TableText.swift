/// The lines of a dump, up to a limit.
struct TableText {
  private var lines: [String] = []
  private let most: Int
  private(set) var isFull = false

  init(most: Int) { self.most = max(1, most) }

  mutating func add(_ line: String, depth: Int) {
    guard !isFull else { return }
    guard lines.count < most else {
      isFull = true
      return
    }
    lines.append(String(repeating: "  ", count: depth) + line)
  }

  /// All lines; a last one says if there were more.
  var finished: String { (lines + (isFull ? ["…"] : [])).joined(separator: "\n") }
}

extension StageRoot {
  /// Writes the tables as text: a line for each run of entries, tables' contents indented below them.
  ///
  /// A run is of entries with one value, or of pages that lie side by side and are alike.
  func describe<Format: EditableFormat>(
    _: Format.Type, _ memory: MemoryHandle, _ text: inout TableText
  ) {
    describe(
      Format.self, table: address, entries: shape.rootEntries, level: shape.levels - 1, base: 0,
      memory, &text)
  }

  private func describe<Format: EditableFormat>(
    _: Format.Type, table: UInt64, entries count: Int, level: Int, base: UInt64,
    _ memory: MemoryHandle, _ text: inout TableText
  ) {
    let depth = shape.levels - 1 - level
    var entries: [UInt64] = []
    let read: ()? = try? StageTables.visit(
      table, bytes: UInt64(count) * 8, placement, memory
    ) { run in for number in 0..<run.count { entries.append(run[number]) } }
    guard read != nil else { return text.add("no memory", depth: depth) }
    let pageStep = Format.addressField(1 << Format.shift(level))
    var first = 0
    while first < count, !text.isFull {
      let entry = entries[first]
      let isPage = Format.isPresent(entry) && !Format.isTable(entry, level: level)
      let isRun = isPage && first + 1 < count && entries[first + 1] == entry &+ pageStep
      let step = isRun ? pageStep : 0
      var last = first
      while last + 1 < count, entries[last + 1] == entries[last] &+ step { last += 1 }
      let numbers = last == first ? "\(first)" : "\(first)-\(last)"
      let flags = EntryFields(entry, level: level, Format.self).names.map { " " + $0 }.joined()
      let input = base + UInt64(first) << Format.shift(level)
      if entry == 0 {
        text.add("\(numbers): 0", depth: depth)
      } else if !Format.isPresent(entry) {
        text.add("\(numbers): not present \(hex(entry))", depth: depth)
      } else if isPage {
        var bytes: UInt64 = 1 << Format.shift(level)
        if Format.groupSharesAddress { bytes = pageBytes(of: entry, level: level, Format.self) }
        let spanned = UInt64(last - first + 1) << Format.shift(level)
        let alike = last > first && !isRun && spanned != bytes ? " all" : ""
        let place = Format.address(entry) & ~(bytes - 1)
        text.add(
          "\(numbers): \(hex(widened(input))) ->\(alike) \(hex(place)) \(sized(bytes))" + flags,
          depth: depth)
      } else {
        let child = Format.address(entry)
        text.add("\(numbers): table \(hex(child))" + flags, depth: depth)
        describe(
          Format.self, table: child, entries: 1 << shape.indexBits, level: level - 1, base: input,
          memory, &text)
      }
      first = last + 1
    }
  }
}
