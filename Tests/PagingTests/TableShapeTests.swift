import Testing

@testable import Paging

@Suite("Shapes of tables")
struct TableShapeTests {
  @Test("The names are those of the commands")
  func names() {
    #expect(
      GuestFormat.allCases.map(\.rawValue) == [
        "x86-4", "x86-5", "arm-s1-4k", "arm-s1-16k", "arm-s1-64k", "sv39", "sv48", "sv57",
      ])
    #expect(
      HostFormat.allCases.map(\.rawValue) == [
        "ept4", "ept5", "npt4", "npt5", "arm-s2-4k", "arm-s2-16k", "arm-s2-64k", "sv39x4",
        "sv48x4", "sv57x4",
      ])
  }

  @Test("Widths and roots are the manuals'")
  func geometry() {
    #expect(GuestFormat.allCases.map(\.shape.inputBits) == [48, 57, 48, 48, 48, 39, 48, 57])
    #expect(
      HostFormat.allCases.map(\.shape.inputBits) == [48, 57, 48, 57, 48, 48, 48, 41, 50, 59])
    #expect(HostFormat.sv39x4.shape.rootBytes == 16 << 10)
    #expect(HostFormat.arm16K.shape.rootBytes == 32 << 10)
    #expect(HostFormat.arm64K.shape.rootBytes == 64 << 10)
    #expect(GuestFormat.arm16K.shape.rootEntries == 2)
    #expect(GuestFormat.arm16K.shape.pageSizes == [16 << 10, 32 << 20])
    #expect(HostFormat.arm64K.shape.pageSizes == [64 << 10, 512 << 20])
    #expect(GuestFormat.sv57.shape.leafLevels == 0...4)
    #expect(GuestFormat.sv57.shape.groupSizes == [64 << 10])
    #expect(HostFormat.ept4.shape.groupSizes == [])
    #expect(HostFormat.arm4K.shape.groupSizes == [64 << 10, 32 << 20, 16 << 30])
    #expect(GuestFormat.arm16K.shape.groupSizes == [2 << 20, 1 << 30])
    #expect(HostFormat.arm64K.shape.groupSizes == [2 << 20, 16 << 30])
    #expect(HostFormat.ept5.shape.level(ofPageBytes: 1 << 30) == 2)
    #expect(HostFormat.ept5.shape.level(ofPageBytes: 1 << 39) == nil)
  }

  @Test("Arm's second stage concatenates up to 16 roots")
  func concatenation() throws {
    let forty = try HostFormat.arm4K.shape(inputBits: 40)
    #expect(forty.levels == 3)
    #expect(forty.rootBytes == 8 << 10)
    #expect(try HostFormat.arm4K.shape(inputBits: 40, levels: 4).rootEntries == 2)
    #expect(try HostFormat.arm4K.shape(inputBits: 43).rootBytes == 64 << 10)
    #expect(try HostFormat.arm4K.shape(inputBits: 44).levels == 4)
    #expect(try HostFormat.arm4K.shape(inputBits: 25).levels == 1)
    #expect(try HostFormat.arm64K.shape(inputBits: 33).levels == 1)
    #expect(try HostFormat.arm64K.shape(inputBits: 33).leafLevels == 0...0)
  }

  @Test("A shape that the architecture lacks is refused in a sentence")
  func refusals() {
    #expect {
      try HostFormat.arm4K.shape(inputBits: 44, levels: 3)
    } throws: {
      "\($0)"
        == "arm-s2-4k tables for addresses of 44 bits in 3 levels are refused: they have 31 to 43."
    }
    #expect {
      try HostFormat.arm16K.shape(inputBits: 40, levels: 4)
    } throws: {
      "\($0)".hasSuffix("in 4 levels are refused: the format has no walks of that length.")
    }
    #expect {
      try GuestFormat.sv39.shape(inputBits: 48)
    } throws: {
      "\($0)" == "sv39 tables for addresses of 48 bits are refused: they have 39."
    }
    for bits in [Int.min, -1, 0, 15, 49, 64, Int.max] {
      for levels in [nil, Int.min, -1, 0, 1, 2, 3, 4, 5, Int.max] {
        #expect(throws: TableShapeError.self) {
          try HostFormat.arm4K.shape(inputBits: bits, levels: levels)
        }
      }
      #expect(throws: TableShapeError.self) { try GuestFormat.arm64K.shape(inputBits: bits) }
    }
  }

  @Test("Levels have the manuals' numbers")
  func manualLevels() {
    #expect(ISA.x86.manualLevel(3) == 4)
    #expect(ISA.arm.manualLevel(0) == 3)
    #expect(ISA.riscv.manualLevel(2) == 2)
  }
}
