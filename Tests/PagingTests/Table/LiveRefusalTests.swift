import Testing

@testable import Paging

@Suite("Live edits that are refused")
struct LiveRefusalTests {
  /// What an edit says that must change nothing.
  private func refusal(
    _ tables: inout EditedTables, _ change: LiveChange, _ options: LiveOptions = LiveOptions()
  ) -> TableError? {
    let before = tables.words()
    let used = tables.tables.frames.used
    var refusal: TableError?
    do {
      _ = try tables.perform(change, options)
    } catch {
      refusal = error
    }
    #expect(tables.words() == before)
    #expect(tables.tables.frames.used == used)
    return refusal
  }

  @Test(
    "A table whose pages are not one is named by its first that doesn't fit",
    arguments: EditedTables.names)
  func obstacles(name: String) throws {
    typealias Reason = CollapseObstacle.Reason
    for reason in [.missing, .notContiguous, .attributes, .misaligned] as [Reason] {
      var tables = try EditedTables(name, framesPerLevel: 4)
      let small = tables.shape.pageSizes[0]
      let large = tables.shape.pageSizes[1]
      try tables.map(large, to: 2 * large, large)
      _ = try tables.perform(.split(at: large, pageBytes: small, .all))
      let index = reason == .misaligned ? 0 : 7
      let odd = large + UInt64(index) * small
      if reason != .missing {
        var attributes = EditedTables.attributes
        if reason == .attributes { attributes.write = false }
        let target = (reason == .attributes ? odd + large : 3 * large + small)
        _ = try tables.perform(.remap(at: odd, target: target, attributes))
      } else {
        _ = try tables.perform(.range(TableEdit(kind: .unmap, range: odd..<odd + small)))
      }
      let error = refusal(&tables, .collapse(at: large, pageBytes: large, .inPlace))
      guard case .cannotCollapse(let obstacle) = error else {
        Issue.record("\(name) \(reason): \(String(describing: error))")
        continue
      }
      #expect(obstacle.reason == reason)
      #expect(obstacle.index == index)
      #expect(obstacle.address == odd)
    }
  }

  @Test(
    "A table below a table is in the way", arguments: ["ept4", "x86-4", "sv48", "arm-s2-4k"])
  func table(name: String) throws {
    var tables = try EditedTables(name, framesPerLevel: 4)
    let sizes = tables.shape.pageSizes
    try tables.map(sizes[2], to: 0, sizes[2])
    _ = try tables.perform(.split(at: sizes[2] + sizes[1], pageBytes: sizes[0], .all))
    let error = refusal(&tables, .collapse(at: sizes[2], pageBytes: sizes[2], .inPlace))
    guard case .cannotCollapse(let obstacle) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(obstacle.reason == .table)
    #expect(obstacle.index == 1)
    #expect(obstacle.description.hasPrefix("The table is not made one page: entry 1, "))
  }

  @Test("Skipping Arm's break-before-make is refused by its rule")
  func skippedBreak() throws {
    var options = LiveOptions()
    options.breaking = .never
    for name in EditedTables.names where name.hasPrefix("arm") {
      var tables = try EditedTables(name, framesPerLevel: 6)
      let small = tables.shape.pageSizes[0]
      let large = tables.shape.pageSizes[1]
      try tables.map(large, to: large, large)
      try tables.map(2 * large, to: 2 * large, small)
      func rule(_ change: LiveChange) -> BreakBeforeMake? {
        guard case .breakBeforeMake(let error) = refusal(&tables, change, options) else {
          return nil
        }
        #expect(error.description.hasSuffix("needs break-before-make (Arm ARM D8.16.1)."))
        #expect(error.old != error.new)
        return error.rule
      }
      #expect(rule(.split(at: large, pageBytes: small, .all)) == .blockSize)
      #expect(rule(.split(at: large, pageBytes: small, .one)) == .blockSize)
      var other = EditedTables.attributes
      other.memoryType = tables.isGuest ? .index(3) : .device
      #expect(rule(.remap(at: 2 * large, target: 2 * large, other)) == .memoryType)
      #expect(rule(.remap(at: 2 * large, target: 0, EditedTables.attributes)) == .outputAddress)

      _ = try tables.perform(.split(at: large, pageBytes: small, .all))
      #expect(rule(.collapse(at: large, pageBytes: large, .inPlace)) == .blockSize)
      let group = try #require(tables.shape.groupSizes.first)
      try tables.map(2 * large + group, to: 0, group)
      #expect(rule(.split(at: 2 * large + group, pageBytes: small, .all)) == .contiguous)
      if tables.isGuest {
        var local = EditedTables.attributes
        local.extraBits = ArmStage1Entry.notGlobal.mask
        _ = try tables.perform(.remap(at: 2 * large, target: 2 * large, local))
        #expect(rule(.remap(at: 2 * large, target: 2 * large, EditedTables.attributes)) == .global)
      }
      // Partial edits split, and so are refused as the split is.
      options.splitsPages = true
      try tables.map(3 * large, to: 0, large)
      let half = 3 * large..<3 * large + small
      #expect(rule(.range(TableEdit(kind: .unmap, range: half))) == .blockSize)
      // A zap writes nothing valid.
      _ = try tables.perform(.collapse(at: large, pageBytes: large, .zap), options)
    }
    // Nobody else asks for it.
    for name in EditedTables.names where !name.hasPrefix("arm") {
      var tables = try EditedTables(name, framesPerLevel: 4)
      try tables.map(0, to: 0, tables.shape.pageSizes[1])
      let split = try tables.perform(
        .split(at: 0, pageBytes: tables.shape.pageSizes[0], .all), options)
      #expect(split.stores == 1)
    }
  }

  @Test("Other refusals", arguments: EditedTables.names)
  func others(name: String) throws {
    var tables = try EditedTables(name, framesPerLevel: 1)
    let small = tables.shape.pageSizes[0]
    let large = tables.shape.pageSizes[1]
    try tables.map(0, to: 0, small)
    try tables.map(large, to: 0, large)
    let unmapped = 5 * large
    #expect(
      refusal(&tables, .split(at: 0, pageBytes: small, .all))
        == .notLarger(
          address: 0, pageBytes: small))
    #expect(
      refusal(&tables, .split(at: unmapped, pageBytes: small, .all))
        == .notMapped(
          address: unmapped))
    #expect(
      refusal(&tables, .collapse(at: unmapped, pageBytes: large, .zap))
        == .notMapped(
          address: unmapped))
    let sizes = tables.shape.pageSizes
    #expect(
      refusal(&tables, .collapse(at: 0, pageBytes: small, .zap))
        == .noSuchPage(bytes: small, sizes: Array(sizes.dropFirst())))
    #expect(
      refusal(&tables, .split(at: large, pageBytes: 3, .all)) == .noSuchPage(bytes: 3, sizes: sizes)
    )
    #expect(
      refusal(&tables, .remap(at: 0, target: 8, EditedTables.attributes))
        == .misaligned(8, pageBytes: small))
    guard
      case .noTable(let address, _) =
        refusal(&tables, .collapse(at: large, pageBytes: large, .inPlace))
    else {
      Issue.record("a page was collapsed")
      return
    }
    #expect(address == large)

    let part = TableEdit(kind: .unmap, range: large..<large + small)
    #expect(refusal(&tables, .range(part)) == .partOfPage(address: large + small, pageBytes: large))
    // The frames are all taken.
    var options = LiveOptions()
    options.splitsPages = true
    while tables.tables.frames.free > 0 { _ = tables.tables.frames.take() }
    #expect(
      refusal(&tables, .range(part), options) == .outOfFrames(needed: 1, free: 0))
    #expect(
      refusal(&tables, .split(at: large, pageBytes: small, .all))
        == .outOfFrames(needed: 1, free: 0))
  }
}
