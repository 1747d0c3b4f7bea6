/// How the entries of a format are written: formats that differ only in their shape share one.
///
/// It is the one switch of an edit or a look-up: every arm is a version specialised for its format.
enum TableEncoding: Sendable {
  case ept
  case x86
  case riscv
  case armStage1Granule4K
  case armStage1Granule16K
  case armStage1Granule64K
  case armStage2Granule4K
  case armStage2Granule16K
  case armStage2Granule64K

  /// Carries out one edit.
  func perform(
    _ edit: TableEdit, on tables: inout StageTables, _ memory: MemoryHandle
  ) throws(TableError) -> EditSummary {
    switch self {
    case .ept: try tables.perform(edit, EPTFormat.self, memory)
    case .x86: try tables.perform(edit, X86Format.self, memory)
    case .riscv: try tables.perform(edit, RISCVFormat.self, memory)
    case .armStage1Granule4K:
      try tables.perform(edit, ArmStage1Format<ArmGranule4K>.self, memory)
    case .armStage1Granule16K:
      try tables.perform(edit, ArmStage1Format<ArmGranule16K>.self, memory)
    case .armStage1Granule64K:
      try tables.perform(edit, ArmStage1Format<ArmGranule64K>.self, memory)
    case .armStage2Granule4K:
      try tables.perform(edit, ArmStage2Format<ArmGranule4K>.self, memory)
    case .armStage2Granule16K:
      try tables.perform(edit, ArmStage2Format<ArmGranule16K>.self, memory)
    case .armStage2Granule64K:
      try tables.perform(edit, ArmStage2Format<ArmGranule64K>.self, memory)
    }
  }

  /// Maps one page where nothing refuses it and its table is there already, and says whether it was so.
  @inline(__always)
  func mapOne(
    _ address: UInt64, to target: UInt64, _ template: PageTemplate, in tables: inout StageTables,
    _ memory: MemoryHandle
  ) -> Bool {
    switch self {
    case .ept: tables.mapOne(EPTFormat.self, address, to: target, template, memory)
    case .x86: tables.mapOne(X86Format.self, address, to: target, template, memory)
    case .riscv: tables.mapOne(RISCVFormat.self, address, to: target, template, memory)
    case .armStage1Granule4K:
      tables.mapOne(ArmStage1Format<ArmGranule4K>.self, address, to: target, template, memory)
    case .armStage1Granule16K:
      tables.mapOne(ArmStage1Format<ArmGranule16K>.self, address, to: target, template, memory)
    case .armStage1Granule64K:
      tables.mapOne(ArmStage1Format<ArmGranule64K>.self, address, to: target, template, memory)
    case .armStage2Granule4K:
      tables.mapOne(ArmStage2Format<ArmGranule4K>.self, address, to: target, template, memory)
    case .armStage2Granule16K:
      tables.mapOne(ArmStage2Format<ArmGranule16K>.self, address, to: target, template, memory)
    case .armStage2Granule64K:
      tables.mapOne(ArmStage2Format<ArmGranule64K>.self, address, to: target, template, memory)
    }
  }

  /// The entry of a page at address 0, if the format has one like it.
  func pageEntry(_ attributes: PageAttributes, level: Int) -> UInt64? {
    switch self {
    case .ept: try? EPTFormat.pageEntry(attributes, level: level)
    case .x86: try? X86Format.pageEntry(attributes, level: level)
    case .riscv: try? RISCVFormat.pageEntry(attributes, level: level)
    case .armStage1Granule4K: try? ArmStage1Format<ArmGranule4K>.pageEntry(attributes, level: level)
    case .armStage1Granule16K:
      try? ArmStage1Format<ArmGranule16K>.pageEntry(attributes, level: level)
    case .armStage1Granule64K:
      try? ArmStage1Format<ArmGranule64K>.pageEntry(attributes, level: level)
    case .armStage2Granule4K: try? ArmStage2Format<ArmGranule4K>.pageEntry(attributes, level: level)
    case .armStage2Granule16K:
      try? ArmStage2Format<ArmGranule16K>.pageEntry(attributes, level: level)
    case .armStage2Granule64K:
      try? ArmStage2Format<ArmGranule64K>.pageEntry(attributes, level: level)
    }
  }

  /// Finds the page of an address that fits the tables.
  func find(_ address: UInt64, in root: StageRoot, _ memory: MemoryHandle) -> StagePage? {
    switch self {
    case .ept: root.find(address, EPTFormat.self, memory)
    case .x86: root.find(address, X86Format.self, memory)
    case .riscv: root.find(address, RISCVFormat.self, memory)
    case .armStage1Granule4K: root.find(address, ArmStage1Format<ArmGranule4K>.self, memory)
    case .armStage1Granule16K: root.find(address, ArmStage1Format<ArmGranule16K>.self, memory)
    case .armStage1Granule64K: root.find(address, ArmStage1Format<ArmGranule64K>.self, memory)
    case .armStage2Granule4K: root.find(address, ArmStage2Format<ArmGranule4K>.self, memory)
    case .armStage2Granule16K: root.find(address, ArmStage2Format<ArmGranule16K>.self, memory)
    case .armStage2Granule64K: root.find(address, ArmStage2Format<ArmGranule64K>.self, memory)
    }
  }

  /// The tables as text of so many lines at most.
  func describe(_ root: StageRoot, lines: Int, _ memory: MemoryHandle) -> String {
    var text = TableText(most: lines)
    switch self {
    case .ept: root.describe(EPTFormat.self, memory, &text)
    case .x86: root.describe(X86Format.self, memory, &text)
    case .riscv: root.describe(RISCVFormat.self, memory, &text)
    case .armStage1Granule4K: root.describe(ArmStage1Format<ArmGranule4K>.self, memory, &text)
    case .armStage1Granule16K: root.describe(ArmStage1Format<ArmGranule16K>.self, memory, &text)
    case .armStage1Granule64K: root.describe(ArmStage1Format<ArmGranule64K>.self, memory, &text)
    case .armStage2Granule4K: root.describe(ArmStage2Format<ArmGranule4K>.self, memory, &text)
    case .armStage2Granule16K: root.describe(ArmStage2Format<ArmGranule16K>.self, memory, &text)
    case .armStage2Granule64K: root.describe(ArmStage2Format<ArmGranule64K>.self, memory, &text)
    }
    return text.finished
  }

  /// What an entry of a level says.
  func fields(of entry: UInt64, level: Int) -> EntryFields {
    switch self {
    case .ept: EntryFields(entry, level: level, EPTFormat.self)
    case .x86: EntryFields(entry, level: level, X86Format.self)
    case .riscv: EntryFields(entry, level: level, RISCVFormat.self)
    case .armStage1Granule4K:
      EntryFields(entry, level: level, ArmStage1Format<ArmGranule4K>.self)
    case .armStage1Granule16K:
      EntryFields(entry, level: level, ArmStage1Format<ArmGranule16K>.self)
    case .armStage1Granule64K:
      EntryFields(entry, level: level, ArmStage1Format<ArmGranule64K>.self)
    case .armStage2Granule4K:
      EntryFields(entry, level: level, ArmStage2Format<ArmGranule4K>.self)
    case .armStage2Granule16K:
      EntryFields(entry, level: level, ArmStage2Format<ArmGranule16K>.self)
    case .armStage2Granule64K:
      EntryFields(entry, level: level, ArmStage2Format<ArmGranule64K>.self)
    }
  }
}

extension HostFormat {
  /// How the format's entries are written.
  var encoding: TableEncoding {
    switch self {
    case .ept4, .ept5: .ept
    case .npt4, .npt5: .x86
    case .arm4K: .armStage2Granule4K
    case .arm16K: .armStage2Granule16K
    case .arm64K: .armStage2Granule64K
    case .sv39x4, .sv48x4, .sv57x4: .riscv
    }
  }
}

extension GuestFormat {
  /// How the format's entries are written.
  var encoding: TableEncoding {
    switch self {
    case .x86Level4, .x86Level5: .x86
    case .arm4K: .armStage1Granule4K
    case .arm16K: .armStage1Granule16K
    case .arm64K: .armStage1Granule64K
    case .sv39, .sv48, .sv57: .riscv
    }
  }
}
