import Foundation
import Guests
import Testing

/// The format of recorded boots: its bytes by hand, there and back, and what is refused.
@Suite("Recorded boots")
struct BootTraceTests {
  private func trace(_ touches: [BootTouch], regions: [BootTrace.Region] = []) -> BootTrace {
    BootTrace(
      name: "a", kernel: "b", emulator: "c", machine: "d", processor: "e", memoryBytes: 1 << 20,
      phases: [.init("all", instructions: 4_000_000_000_000, touches: touches.count)],
      regions: regions, touches: touches)
  }

  /// The bytes between the header and the checksum.
  private func body(_ bytes: [UInt8]) -> [UInt8] {
    let end = bytes.indices.first { bytes[$0...].starts(with: [0x0a, 0x0a]) } ?? 0
    return Array(bytes[(end + 2)...].dropLast(4))
  }

  @Test("The touches' bytes, by hand")
  func closedForm() throws {
    let touches = [
      // The page that is expected of writes, 0; no time: the kind alone.
      BootTouch(page: 0, tick: 0, kind: .write),
      // The next page three ticks later.
      BootTouch(page: 1, tick: 3, kind: .write),
      BootTouch(page: 2, tick: 6, kind: .write),
      BootTouch(page: 3, tick: 9, kind: .write),
      BootTouch(page: 4, tick: 12, kind: .write),
      // Reads expect their own page 0: 200 pages on is 400 as a zigzag, 20 ticks are 15 and 5.
      BootTouch(page: 200, tick: 32, kind: .read, isRepeated: true),
      // Back to page 199, two before what reads expect.
      BootTouch(page: 199, tick: 32, kind: .read),
    ]
    #expect(
      body(trace(touches).encoded()) == [
        0x01, 0x31, 0x31, 0x02, 0xf0 | 0x8 | 0x4, 0x90, 0x03, 0x05, 0x08, 0x03,
      ])
  }

  @Test("The checksum is zlib's")
  func checksum() throws {
    // CRC-32 of what ends in its own checksum is a constant, whatever the text is.
    var word = ~UInt32(0)
    for byte in trace([]).encoded() {
      word ^= UInt32(byte)
      for _ in 0..<8 { word = word & 1 == 0 ? word >> 1 : word >> 1 ^ 0xedb8_8320 }
    }
    #expect(word == 0xdebb_20e3)
  }

  @Test("Random recordings come back as they were", arguments: 0..<40)
  func roundTrip(seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed))
    var tick: UInt32 = 0
    var page: UInt32 = 0
    let touches = (0..<random.below(3000)).map { _ in
      // Long runs, so that repetitions come of every length, and jumps.
      if random.below(9) == 0 { page = UInt32(random.below(256)) } else { page = (page + 1) % 256 }
      if random.below(7) == 0 { tick += UInt32(random.below(1 << random.below(20))) }
      return BootTouch(
        page: page, tick: tick, kind: random.below(30) == 0 ? .fetch : .write,
        isRepeated: random.below(50) == 0)
    }
    let first = UInt32(random.below(100))
    let original = trace(
      touches,
      regions: [
        .init(.structPages, [first..<first + 9, 120..<121]), .init(.guestTables, [200..<256]),
      ])
    let bytes = original.encoded()
    let read = try BootTrace(bytes)
    #expect(read == original)
    #expect(read.encoded() == bytes)
  }

  @Test("Any changed byte is found, and any end that comes too early")
  func damage() throws {
    let bytes = trace((0..<40).map { BootTouch(page: $0 * 5, tick: $0 * 9, kind: .read) }).encoded()
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 0x10
      #expect(throws: BootTraceProblem.self) { try BootTrace(changed) }
      #expect(throws: BootTraceProblem.self) { try BootTrace(Array(bytes[..<index])) }
    }
  }

  /// A file with a header of one's own and a right checksum.
  private func file(_ header: [String], _ body: [UInt8]) -> [UInt8] {
    var bytes = Array((header.joined(separator: "\n") + "\n\n").utf8) + body
    var word = ~UInt32(0)
    for byte in bytes {
      word ^= UInt32(byte)
      for _ in 0..<8 { word = word & 1 == 0 ? word >> 1 : word >> 1 ^ 0xedb8_8320 }
    }
    for shift: UInt32 in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: ~word >> shift)) }
    return bytes
  }

  private let header = [
    "nestwalk boot 1", "name a", "kernel b", "emulator c", "machine d", "processor e",
    "memory 1048576", "phase all instructions 9000 idle 0 touches 2", "pages 2", "touches 2",
    "content page numbers, kinds and times of touches alone",
  ]

  @Test("A file by hand")
  func byHand() throws {
    let trace = try BootTrace(file(header, [0x01, 0x11]))
    #expect(
      trace.touches == [
        BootTouch(page: 0, tick: 0, kind: .write), BootTouch(page: 1, tick: 1, kind: .write),
      ])
  }

  /// Where a problem is told to be: at the start of a line of the header, or in the body.
  enum Place: Sendable {
    case line(Int)
    case body(Int)
  }

  @Test(
    "What is wrong is told with its place",
    arguments: [
      (6, "memory 1048577", [0x01, 0x11], .line(6), "whole mebibytes"),
      (6, "memory 4294967296", [0x01, 0x11], .line(6), "up to 2 GiB"),
      (6, "memory x", [0x01, 0x11], .line(6), "“memory” and a number"),
      (1, "nam a", [0x01, 0x11], .line(1), "“name”"),
      (
        7, "phase all instructions 9000 idle 0 touches 3", [0x01, 0x11], .line(9), "another number"
      ),
      (7, "phase all instruction 9000 idle 0 touches 2", [0x01, 0x11], .line(7), "phase NAME"),
      (7, "phase all instructions 900 idle 0 touches 2", [0x01, 0x11], .body(2), "behind the end"),
      (7, "phase all instructions 9999999999999999 idle 0 touches 2", [], .line(7), "ticks"),
      (8, "pages 3", [0x01, 0x11], .line(8), "3 pages, and the touches are of 2"),
      (8, "region kernel 250+9", [0x01, 0x11], .line(8), "within the memory"),
      (8, "region kernel 5+2 6+1", [0x01, 0x11], .line(8), "ascending"),
      (8, "region colonel 1+1", [0x01, 0x11], .line(8), "a use that is known"),
      (0, "nestwalk boot 2", [0x01, 0x11], .line(0), "nestwalk boot 1"),
      (1, "name a", [0x01], .body(1), "too early"),
      (1, "name a", [0x01, 0x11, 0x11], .body(2), "the checksum must follow"),
      (1, "name a", [0x01, 0x19, 0xff, 0xff, 0xff, 0xff, 0xff], .body(2), "at most five bytes"),
      (1, "name a", [0x01, 0x19, 0x80, 0x00], .body(2), "none too many"),
      (1, "name a", [0x01, 0x19, 0xfe, 0x03], .body(1), "outside the memory"),
      (1, "name a", [0x01, 0x01, 0x05], .body(1), "more touches"),
    ] as [(Int, String, [UInt8], Place, String)])
  func problems(
    line: Int, text: String, body: [UInt8], place: Place, words: String
  ) throws {
    var header = header
    header[line] = text
    let problem = try #require(throws: BootTraceProblem.self) {
      try BootTrace(file(header, body))
    }
    #expect(problem.message.contains(words), "\(problem)")
    let offset =
      switch place {
      case .line(let number): header[..<number].reduce(0) { $0 + $1.utf8.count + 1 }
      case .body(let number): header.reduce(1) { $0 + $1.utf8.count + 1 } + number
      }
    #expect(problem.offset == offset, "\(problem)")
  }

  // MARK: The recordings that are committed

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../../Scenarios/boots").standardizedFileURL

  @Test("A recording's header says what its touches are", arguments: RecordedBoot.allCases)
  func committed(_ recorded: RecordedBoot) throws {
    let file = Self.folder.appendingPathComponent("\(recorded.rawValue).boot")
    let bytes = [UInt8](try Data(contentsOf: file))
    #expect(bytes.count < 150_000)
    #expect(recorded.bytes == bytes, "Recorders/boot/embed.py puts the recording into the sources")
    let trace = try BootTrace(bytes)
    #expect(trace.name == recorded.rawValue)
    // The recorder's writer and this one make the same bytes.
    #expect(trace.encoded() == bytes)
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.contains("\npages \(trace.pages)\ntouches \(trace.touches.count)\n"))
    // A touch that isn't repeated is the first one of its kind, and each page has at most one.
    var seen = Set<[UInt32]>()
    for touch in trace.touches {
      let isNew = seen.insert([touch.page, UInt32(touch.kind.rawValue)]).inserted
      #expect(isNew != touch.isRepeated)
    }
    #expect(trace.regions.first { $0.use == .structPages }?.pages == 1024)
  }

  @Test("The guest writes its tables' pages before it reads or fetches from them")
  func tablesFirst() throws {
    for recorded in RecordedBoot.allCases {
      let trace = recorded.trace
      let uses = trace.uses
      var written = Set<UInt32>()
      for touch in trace.touches where uses[Int(touch.page)] == .guestTables {
        // Some of the tables are in the kernel's own data, which the monitor has loaded.
        if touch.kind == .write || touch.kind == .device { written.insert(touch.page) }
        #expect(written.contains(touch.page))
      }
      #expect(written.count == trace.regions.first { $0.use == .guestTables }?.pages)
    }
  }
}
