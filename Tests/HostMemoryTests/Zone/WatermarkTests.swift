import HostMemory
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Watermarks by Linux's formulas")
struct WatermarkTests {
  @Test(
    "The least of free memory is four times the root of the KiB, between its limits",
    arguments: [
      (1 << 20, 128), (1 << 30, 4096), (4 << 30, 8192), (16 << 30, 16384), (64 << 30, 32768),
      (1 << 40, 131_072), (16 << 40, 262_144),
    ] as [(UInt64, UInt64)])
  func minimum(_ bytes: UInt64, _ kibibytes: UInt64) {
    var settings = WatermarkSettings()
    settings.hasTransparentHugePages = false
    let marks = Watermarks([ZoneExtent(.normal, managed: bytes >> 12)], settings)
    #expect(marks.minFreeKibibytes == kibibytes)
    settings.largestMinimum = 65536
    let older = Watermarks([ZoneExtent(.normal, managed: bytes >> 12)], settings)
    #expect(older.minFreeKibibytes == min(kibibytes, 65536))
  }

  @Test("Huge pages raise it by zone, to a twentieth of memory at most")
  func hugePages() {
    #expect(Watermarks(ZoneExtent.x86(nodeBytes: [16 << 30])).minFreeKibibytes == 67584)
    #expect(
      Watermarks(ZoneExtent.x86(nodeBytes: [16 << 30, 16 << 30])).minFreeKibibytes == 90112)
    let small = Watermarks(ZoneExtent.x86(nodeBytes: [512 << 20]))
    #expect(small.minFreeKibibytes == (512 << 10) / 20 / 4 * 4)
  }

  /// A machine of 24 GiB whose /proc/zoneinfo was read: Linux 6.18, all settings as they come.
  @Test("A kernel's zones have its own marks")
  func recorded() {
    let marks = Watermarks([
      ZoneExtent(.dma, managed: 3840), ZoneExtent(.dma32, managed: 772_915),
      ZoneExtent(.normal, managed: 5_394_160),
    ])
    #expect(marks.minFreeKibibytes == 67584)
    #expect(marks.marks.map(\.min) == [10, 2116, 14769])
    #expect(marks.marks.map(\.low) == [13, 2888, 20163])
    #expect(marks.marks.map(\.high) == [16, 3660, 25557])
    #expect(marks.marks.map(\.promo) == [19, 4432, 30951])
    #expect(
      marks.marks.map { Array($0.protection.prefix(3)) }
        == [[0, 3019, 24090], [0, 0, 21070], [0, 0, 0]])
  }

  static let isLinux = FileManager.default.fileExists(atPath: "/proc/zoneinfo")

  @Test(
    "The running kernel's zones have the model's marks",
    .enabled(if: isLinux, "there is no /proc/zoneinfo here"))
  func running() throws {
    let zones = try RunningZones()
    let marks = Watermarks(zones.extents, zones.settings)
    #expect(marks.minFreeKibibytes == zones.minFreeKibibytes)
    for (number, zone) in zones.extents.enumerated() {
      let (found, expected) = (marks.marks[number], zones.marks[number])
      #expect(
        [found.min, found.low, found.high] == expected, "\(zone.kind) of node \(zone.node)")
      // A virtual machine's kernel may count zones above Normal, too.
      #expect(
        Array(found.protection.prefix(3)) == Array(zones.protections[number].prefix(3)),
        "\(zone.kind) of node \(zone.node)")
    }
  }

  @Test("An allocation stops at its mark, kswapd wakes at low and sleeps above high")
  func allocation() throws {
    var settings = WatermarkSettings()
    settings.hasTransparentHugePages = false
    var memory = ZonedMemory([ZoneExtent(.normal, managed: 1 << 15)], settings)
    let marks = memory.watermarks.marks[0]
    #expect(marks.min == 362 && marks.low == 362 + 90)
    var frames: [FrameNumber] = []
    while let frame = memory.allocate() { frames.append(frame) }
    #expect(memory.freeFrames == marks.low)
    #expect(given(memory.wantsReclaim(zone: 0)))
    #expect(!given(memory.isBalanced(zone: 0)))
    while let frame = memory.allocate(urgency: .pressed) { frames.append(frame) }
    #expect(memory.freeFrames == marks.min)
    while let frame = memory.allocate(urgency: .atomic) { frames.append(frame) }
    // Of 362 a half, 181, less a quarter of it, 45.
    #expect(memory.freeFrames == 136)
    while let frame = memory.allocate(urgency: .reclaiming) { frames.append(frame) }
    #expect(memory.freeFrames == 0)
    while !memory.isBalanced(zone: 0) { memory.free(frames.removeLast()) }
    #expect(memory.freeFrames == marks.high + 1)
    #expect(!given(memory.wantsReclaim(zone: 0)))
  }

  @Test("A low zone keeps its protection for those who need it")
  func protection() throws {
    var memory = ZonedMemory(nodeBytes: [8 << 30])
    let (dma32, normal) = (1, 2)
    #expect(given(memory.zoneList(node: 0, upTo: .normal)) == [2, 1, 0])
    var frames = 0
    while memory.allocate(.pageblock) != nil { frames += 512 }
    let left = memory.freeFrames(zone: dma32)
    let marks = memory.watermarks.marks
    #expect(memory.freeFrames(zone: normal) < marks[2].low + 512)
    #expect(left >= marks[1].low + marks[1].protection[2])
    #expect(left < marks[1].low + marks[1].protection[2] + 512 + 512)
    let needed = memory.allocate(.pageblock, upTo: .dma32)
    #expect(needed != nil)
  }
}

/// The running kernel's zones and settings.
private struct RunningZones {
  var extents: [ZoneExtent] = []
  var marks: [[UInt64]] = []
  var protections: [[UInt64]] = []
  var settings = WatermarkSettings()
  let minFreeKibibytes: UInt64

  init() throws {
    func setting(_ name: String) throws -> [UInt64] {
      try Self.text("/proc/sys/vm/\(name)").split(whereSeparator: \.isWhitespace)
        .compactMap { UInt64($0) }
    }
    minFreeKibibytes = try setting("min_free_kbytes")[0]
    settings.scaleFactor = try setting("watermark_scale_factor")[0]
    var ratios = try setting("lowmem_reserve_ratio")
    while ratios.count < 4 { ratios.append(0) }
    settings.lowmemReserveRatio = Array(ratios.prefix(4))
    let huge = try? Self.text("/sys/kernel/mm/transparent_hugepage/enabled")
    settings.hasTransparentHugePages = huge.map { !$0.contains("[never]") } ?? false
    var node = 0
    var kind: ZoneKind?
    var current: [UInt64] = []
    // What the marks are raised by until kswapd has made whole blocks free again; the file's marks are
    // with it (min_wmark_pages).
    var boost: UInt64 = 0
    for line in try Self.text("/proc/zoneinfo").split(separator: "\n") {
      let words = line.split { " ,():".contains($0) }.map(String.init)
      switch words.first {
      case "Node":
        node = Int(words[1]) ?? 0
        kind = ZoneKind(rawValue: words[3])
        current = []
        boost = 0
      case "boost": boost = UInt64(words[1]) ?? 0
      case "min", "low", "high":
        if words.count == 2, current.count < 3 { current.append((UInt64(words[1]) ?? 0) - boost) }
      case "managed":
        guard let kind, let managed = UInt64(words[1]), managed > 0 else { continue }
        extents.append(ZoneExtent(node: node, kind, managed: managed))
        marks.append(current)
      case "protection":
        if kind != nil, protections.count < extents.count {
          protections.append(words.dropFirst().compactMap { UInt64($0) })
        }
      default: break
      }
    }
  }

  private static func text(_ path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8)
  }
}
