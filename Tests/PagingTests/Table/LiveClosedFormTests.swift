import Testing

@testable import Paging

@Suite("What a split and a collapse take")
struct LiveClosedFormTests {
  /// The invalidation of a whole page.
  private func scope(
    _ tables: borrowing EditedTables, _ bytes: UInt64, pageBytes: UInt64,
    _ levels: Invalidation.Levels, _ need: Invalidation.Need = .required
  ) -> Invalidation {
    Invalidation(
      tables.stage, at: tables.tables.root.widened(bytes), bytes: bytes, pageBytes: pageBytes,
      levels: levels, need: need)
  }

  @Test("Split fills one table by one store, and collapse undoes it", arguments: EditedTables.names)
  func thereAndBack(name: String) throws {
    for large in try EditedTables(name, framesPerLevel: 4).shape.pageSizes.dropFirst()
    where large < 1 << 36 {
      var tables = try EditedTables(name, framesPerLevel: 4)
      let small = try #require(tables.shape.pageSizes.last { $0 < large })
      let children = Int(large / small)
      try tables.map(large, to: 3 * large, large)
      let before = tables.dump
      let used = tables.tables.frames.used
      let isArm = tables.isa == .arm
      let isRISCV = tables.isa == .riscv

      var onlooker = Onlooker()
      let split = try tables.perform(
        .split(at: large + small, pageBytes: small, .all), LiveOptions(), &onlooker)
      #expect(split.stores == (isArm ? 2 : 1))
      #expect(onlooker.stores.count == split.stores)
      #expect(split.summary == EditSummary(pages: children, tablesAdded: 1, tablesFreed: 0))
      #expect(tables.tables.frames.used == used + 1)
      let isLazy = tables.isa == .x86
      var expected = [
        scope(
          tables, large, pageBytes: large, isRISCV ? .all : .lastLevel,
          isLazy ? .lazy : .required)
      ]
      #expect(split.invalidations == expected)
      #expect(onlooker.invalidations == expected)
      for address in [large, large + small, 2 * large - small] {
        let page = tables.page(at: address)
        #expect(page?.bytes == small)
        #expect(page?.address == address + 2 * large)
        #expect(page?.attributes == EditedTables.attributes)
      }

      let collapse = try tables.perform(.collapse(at: large, pageBytes: large, .inPlace))
      #expect(collapse.stores == (isArm ? 2 : 1))
      #expect(collapse.summary == EditSummary(pages: 1, tablesAdded: 0, tablesFreed: 1))
      expected = [scope(tables, large, pageBytes: small, .all)]
      #expect(collapse.invalidations == expected)
      #expect(collapse.invalidations[0].pages == UInt64(children))
      #expect(tables.dump == before)
      #expect(tables.tables.frames.used == used)
    }
  }

  @Test("Split for one child breaks the block and maps that", arguments: EditedTables.names)
  func one(name: String) throws {
    var tables = try EditedTables(name, framesPerLevel: 4)
    let small = tables.shape.pageSizes[0]
    let large = tables.shape.pageSizes[1]
    try tables.map(large, to: 3 * large, large)
    let used = tables.tables.frames.used
    let split = try tables.perform(.split(at: large + 5 * small, pageBytes: small, .one))
    #expect(split.summary == EditSummary(pages: 1, tablesAdded: 1, tablesFreed: 0))
    #expect(split.stores == (tables.isa == .arm ? 2 : 1))
    #expect(split.invalidations.first?.need == .required)
    #expect(tables.page(at: large + 5 * small)?.address == 3 * large + 5 * small)
    #expect(tables.page(at: large + 4 * small) == nil)
    #expect(tables.page(at: large + 6 * small) == nil)

    // What is missing keeps the table from becoming a page, but not from being thrown away.
    #expect(throws: TableError.self) {
      try tables.perform(.collapse(at: large, pageBytes: large, .inPlace))
    }
    let zap = try tables.perform(.collapse(at: large, pageBytes: large, .zap))
    #expect(zap.stores == 1)
    #expect(zap.summary == EditSummary(pages: 1, tablesAdded: 0, tablesFreed: 1))
    #expect(zap.invalidations == [scope(tables, large, pageBytes: small, .all)])
    #expect(tables.page(at: large + 5 * small) == nil)
    #expect(tables.tables.frames.used == used)
  }

  @Test("A page of several entries is split into them", arguments: EditedTables.names)
  func groups(name: String) throws {
    var tables = try EditedTables(name, framesPerLevel: 4)
    let small = tables.shape.pageSizes[0]
    guard let group = tables.shape.groupSizes.first else { return }
    let count = Int(group / small)
    try tables.map(group, to: 3 * group, group)
    let split = try tables.perform(.split(at: group + small, pageBytes: small, .all))
    // Arm breaks every entry before the first is made again.
    #expect(split.stores == (tables.isa == .arm ? 2 * count : count))
    #expect(split.summary == EditSummary(pages: count, tablesAdded: 0, tablesFreed: 0))
    #expect(split.invalidations == [scope(tables, group, pageBytes: small, .lastLevel)])
    for number in 0..<UInt64(count) {
      let page = tables.page(at: group + number * small)
      #expect(page?.bytes == small)
      #expect(page?.address == 3 * group + number * small)
    }
  }

  @Test("FEAT_BBM level 2 lets a block change its size without a break")
  func level2() throws {
    for name in EditedTables.names where name.hasPrefix("arm") {
      var tables = try EditedTables(name, framesPerLevel: 4)
      let large = tables.shape.pageSizes[1]
      try tables.map(large, to: 0, large)
      var options = LiveOptions()
      options.hasBlockSizeChanges = true
      options.breaking = .never
      let split = try tables.perform(
        .split(at: large, pageBytes: tables.shape.pageSizes[0], .all), options)
      #expect(split.stores == 1)
      #expect(split.invalidations.map(\.need) == [.required])
      let collapse = try tables.perform(
        .collapse(at: large, pageBytes: large, .inPlace), options)
      #expect(collapse.stores == 1)
    }
  }

  @Test(
    "Mapping needs a fence on RISC-V alone, and none with Svvptc", arguments: EditedTables.names)
  func map(name: String) throws {
    for isTimely in [false, true] {
      var tables = try EditedTables(name, framesPerLevel: 4)
      let small = tables.shape.pageSizes[0]
      let kind = TableEdit.Kind.map(target: 0, EditedTables.attributes, pageBytes: small)
      var options = LiveOptions()
      options.hasTimelyValidity = isTimely
      let first = try tables.perform(
        .range(TableEdit(kind: kind, range: 0..<4 * small)), options)
      let second = try tables.perform(
        .range(TableEdit(kind: kind, range: 4 * small..<9 * small)), options)
      // All tables hang on one store; then there is one for each page.
      #expect(first.stores == 1)
      #expect(second.stores == 5)
      let isFenced = tables.isa == .riscv && !isTimely
      #expect(first.invalidations.map(\.levels) == (isFenced ? [.all] : []))
      #expect(second.invalidations.map(\.levels) == (isFenced ? [.lastLevel] : []))
      #expect(second.invalidations.allSatisfy { $0.need == .lazy && $0.pages == 5 })
      #expect(
        second.instructions().map(\.description)
          == (tables.isa == .arm ? ["DSB ISHST", "ISB"] : []))
    }
  }

  @Test(
    "Unmapping names each page once, and tables before their frames are free",
    arguments: EditedTables.names)
  func unmap(name: String) throws {
    var tables = try EditedTables(name, framesPerLevel: 4)
    let small = tables.shape.pageSizes[0]
    let used = tables.tables.frames.used
    for number in 0..<6 as Range<UInt64> { try tables.map(number * small, to: 0, small) }
    func unmap(_ range: Range<UInt64>) throws -> LiveEdit {
      try tables.perform(.range(TableEdit(kind: .unmap, range: range)))
    }
    let some = try unmap(0..<2 * small)
    #expect(some.stores == 2)
    #expect(some.invalidations.map(\.bytes) == [2 * small])
    #expect(some.invalidations.map(\.levels) == [.lastLevel])
    let rest = try unmap(2 * small..<6 * small)
    let freed = tables.shape.levels - 1
    #expect(rest.stores == 4 + freed)
    #expect(rest.summary.tablesFreed == freed)
    #expect(rest.invalidations.map(\.levels) == [.all])
    #expect(rest.invalidations.map(\.pages) == [4])
    #expect(tables.tables.frames.used == used)
  }

  @Test(
    "Rights and flags that are taken away must be told, others may wait",
    arguments: EditedTables.names)
  func needs(name: String) throws {
    var tables = try EditedTables(name, framesPerLevel: 4)
    let small = tables.shape.pageSizes[0]
    try tables.map(0, to: 0, small)
    func needs(_ kind: TableEdit.Kind) throws -> [Invalidation.Need] {
      let edit = try tables.perform(.range(TableEdit(kind: kind, range: 0..<small)))
      #expect(edit.stores == edit.invalidations.count)
      return edit.invalidations.map(\.need)
    }
    var readOnly = EditedTables.attributes
    readOnly.write = false
    #expect(try needs(.age) == [.lazy])
    #expect(try needs(.age) == [])
    #expect(try needs(.clean) == [.required])
    #expect(try needs(.clean) == [])
    #expect(try needs(.protect(readOnly)) == [.required])
    #expect(try needs(.protect(readOnly)) == [])
    #expect(
      try needs(.protect(EditedTables.attributes)) == [tables.isa == .arm ? .required : .lazy])
  }
}
