import Guests
import Paging
import Testing

@Suite("Recorded traces")
struct TraceReaderTests {
  private func read(_ line: String, _ format: TraceFormat?) throws(TraceProblem) -> TraceAccess? {
    var reader = TraceReader(format)
    // The line stands somewhere in a buffer.
    let bytes = Array("garbage\(line)garbage".utf8)
    return try reader.access(bytes, in: 7..<bytes.count - 7)
  }

  @Test(
    "Lines that hold an access",
    arguments: [
      ("I  04000cc0,3", .lackey, 0x400_0cc0, .fetch, 3),
      (" L 1ffeffe7e0,8", .lackey, 0x1f_feff_e7e0, .read, 8),
      (" S 1ffeffe7d8,16", .lackey, 0x1f_feff_e7d8, .write, 16),
      (" M 0425747c,1\r", .lackey, 0x425_747c, .write, 1),
      (
        " 2054  2054 0xffffffff811186bf 0x016ffffe8fbffc804b0    49 0x68100842 vmlinux:f",
        .perfMem, 0xffff_e8fb_ffc8_04b0, .read, 1
      ),
      ("7 7 0x40 0x0167ff010 7 0x68100144 a b:c d", .perfMem, 0x7ff010, .write, 1),
      ("7 7 0x40 0x7ff010 0x123450 4K 7 0x110 a:b", .perfMem, 0x7ff010, .fetch, 1),
      (
        "bash  1234 [002] 51.123456:  5 cpu/mem-loads,ldlat=30/P:   7f8a2c001238  68100142 |OP LOAD|",
        .perfScript, 0x7f8a_2c00_1238, .read, 1
      ),
      ("cpu/mem-stores/P:     7ffd10", .perfScript, 0x7ffd10, .write, 1),
      (
        "ls 9 8.5: 1 ibs_op//: ffff888100 6881 |OP STORE|LVL N/A", .perfScript, 0xff_ff88_8100,
        .write, 1
      ),
      ("0x7f8a2c001238", .addresses, 0x7f8a_2c00_1238, .read, 1),
      ("  FFFFffff81000000  ", .addresses, 0xffff_ffff_8100_0000, .read, 1),
      ("0", .addresses, 0, .read, 1),
    ] as [(String, TraceFormat, UInt64, Access.Kind, UInt64)])
  func accepted(
    line: String, format: TraceFormat, address: UInt64, kind: Access.Kind, bytes: UInt64
  ) throws {
    let expected = TraceAccess(GuestVirtual(address), kind, bytes: bytes)
    #expect(try read(line, format) == expected)
    // Told or not, the format is the same.
    var reader = TraceReader()
    #expect(try reader.access(Array(line.utf8), in: 0..<line.utf8.count) == expected)
    #expect(reader.format == format)
  }

  @Test(
    "Lines that hold none",
    arguments: ["", "   ", "\r", "# PID, TID, IP, ADDR", "==12== Lackey", "--12-- Reading syms"])
  func passedOver(line: String) throws {
    #expect(try read(line, nil) == nil)
    #expect(try read(line, .addresses) == nil)
  }

  @Test(
    "Samples whose address perf does not know",
    arguments: [
      ("7 7 0x40 0x0160 7 0x68100142 a:b", .perfMem), ("cycles:  0", .perfScript),
    ] as [(String, TraceFormat)])
  func unknownAddress(line: String, format: TraceFormat) throws {
    #expect(try read(line, format) == nil)
  }

  @Test(
    "Lines that can't be read",
    arguments: [
      ("X 1000,4", .lackey, 1, "“I”, “L”, “S” or “M”"),
      (" L", .lackey, 3, "ends here"),
      (" L 1000", .lackey, 4, "comma"),
      (" L 10g0,4", .lackey, 4, "hexadecimal"),
      (" L 1000,x", .lackey, 9, "decimal"),
      (" L 1000,0", .lackey, 9, "decimal"),
      (" L 1000,4 5", .lackey, 11, "must end"),
      (" L 11112222333344445,4", .lackey, 4, "hexadecimal"),
      ("x 7 0x40 0x10 7 0x2 a", .perfMem, 1, "process"),
      ("7 0x7 0x40 0x10 7 0x2 a", .perfMem, 3, "thread"),
      ("7 7 40 0x10 7 0x2 a", .perfMem, 5, "instruction"),
      ("7 7 0x40 10 7 0x2 a", .perfMem, 10, "access"),
      ("7 7 0x40 0x10 0x2 a", .perfMem, 20, "weight"),
      ("7 7 0x40 0x10 7 a", .perfMem, 17, "source"),
      ("bash 1 2.0: x", .perfScript, 1, "event"),
      ("0x", .addresses, 1, "hexadecimal"),
      ("7f8a 9", .addresses, 6, "must end"),
      ("10000000000000000", .addresses, 1, "64 bits"),
      ("nothing", nil, 1, "lackey"),
    ] as [(String, TraceFormat?, Int, String)])
  func refused(line: String, format: TraceFormat?, column: Int, part: String) {
    let problem = #expect(throws: TraceProblem.self) { try read(line, format) }
    #expect(problem?.column == column)
    #expect(problem?.message.contains(part) == true)
    #expect(problem?.message.hasSuffix(".") == true)
  }

  @Test("The first access fixes the format")
  func fixed() throws {
    var reader = TraceReader()
    let lines = ["==1== Lackey", " L 1000,4", "2000"].map { Array($0.utf8) }
    #expect(try reader.access(lines[0], in: 0..<lines[0].count) == nil)
    #expect(reader.format == nil)
    #expect(try reader.access(lines[1], in: 0..<lines[1].count)?.bytes == 4)
    #expect(throws: TraceProblem.self) { try reader.access(lines[2], in: 0..<lines[2].count) }
  }
}
