/// Reads the file of a recorded boot; any bytes give a recording or a problem with its place.
struct BootTraceReader {
  static let content = "page numbers, kinds and times of touches alone"
  private static let mostTouches = 1 << 24
  private static let mostInstructions = UInt64(UInt32.max) * BootTrace.tickInstructions
  private static let mostPhases = 64
  private static let mostLineBytes = 1 << 20

  private let bytes: [UInt8]
  private var place = 0
  /// The end of the touches: the checksum follows.
  private let end: Int

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    end = max(0, bytes.count - 4)
  }

  static func trace(_ bytes: [UInt8]) throws(BootTraceProblem) -> BootTrace {
    var reader = Self(bytes)
    return try reader.trace()
  }

  private mutating func trace() throws(BootTraceProblem) -> BootTrace {
    let first = try line()
    guard first.text == "nestwalk boot 1" else {
      throw BootTraceProblem(0, "a recorded boot starts with the line “nestwalk boot 1”.")
    }
    try check()
    let name = try text("name")
    let kernel = try text("kernel")
    let emulator = try text("emulator")
    let machine = try text("machine")
    let processor = try text("processor")
    let memoryBytes = try memory()
    var phases: [BootTrace.Phase] = []
    var regions: [BootTrace.Region] = []
    var used = [Bool](repeating: false, count: Int(memoryBytes >> 12))
    var instructions: UInt64 = 0
    var next = try line()
    while next.text.hasPrefix("phase ") {
      phases.append(try phase(next))
      instructions += phases[phases.count - 1].instructions
      guard instructions <= Self.mostInstructions else {
        throw BootTraceProblem(
          next.offset, "there are more instructions than \(UInt32.max) ticks hold.")
      }
      guard phases.count <= Self.mostPhases else {
        throw BootTraceProblem(next.offset, "there can be \(Self.mostPhases) phases at most.")
      }
      next = try line()
    }
    while next.text.hasPrefix("region ") {
      regions.append(try region(next, &used))
      next = try line()
    }
    let pages = try number(next, "pages")
    let count = try line()
    let touches = try number(count, "touches")
    guard phases.reduce(0, { $0 + UInt64($1.touches) }) == touches else {
      throw BootTraceProblem(
        count.offset, "there are \(touches) touches, and the phases' are another number.")
    }
    let statement = try line()
    guard statement.text == "content \(Self.content)" else {
      throw BootTraceProblem(
        statement.offset, "the line must say “content \(Self.content)”.")
    }
    let blank = try line()
    guard blank.text.isEmpty else {
      throw BootTraceProblem(blank.offset, "an empty line must end the header.")
    }
    var trace = BootTrace(
      name: name, kernel: kernel, emulator: emulator, machine: machine, processor: processor,
      memoryBytes: memoryBytes, phases: phases, regions: regions, touches: [])
    trace.touches = try self.touches(Int(touches), pages: UInt64(used.count))
    guard place == end else {
      throw BootTraceProblem(
        place, "all \(touches) touches are read, and the checksum must follow.")
    }
    guard UInt64(trace.pages) == pages else {
      throw BootTraceProblem(
        next.offset, "the header says \(pages) pages, and the touches are of \(trace.pages).")
    }
    try checkTimes(trace)
    return trace
  }

  private func check() throws(BootTraceProblem) {
    var stored: UInt32 = 0
    for index in bytes[end...].indices.reversed() { stored = stored << 8 | UInt32(bytes[index]) }
    guard stored == CRC32.of(bytes[..<end]) else {
      throw BootTraceProblem(end, "the checksum is of other bytes: the file is damaged.")
    }
  }

  /// No touch comes later than its phase ends.
  private func checkTimes(_ trace: BootTrace) throws(BootTraceProblem) {
    var instructions: UInt64 = 0
    var index = 0
    for phase in trace.phases {
      instructions += phase.instructions
      for _ in 0..<phase.touches {
        let time = UInt64(trace.touches[index].tick) * BootTrace.tickInstructions
        guard time <= instructions else {
          throw BootTraceProblem(
            end, "touch \(index) is at instruction \(time), behind the end of \(phase.name).")
        }
        index += 1
      }
    }
  }

  // MARK: The header

  private struct Line {
    let offset: Int
    let text: String
    var words: [Substring] { text.split(separator: " ", omittingEmptySubsequences: false) }
  }

  private mutating func line() throws(BootTraceProblem) -> Line {
    let start = place
    let limit = min(end, start + Self.mostLineBytes)
    guard let newline = bytes[start..<max(start, limit)].firstIndex(of: 0x0a) else {
      throw BootTraceProblem(start, "a line of the header must start here, and end.")
    }
    place = newline + 1
    guard let text = String(validating: bytes[start..<newline], as: UTF8.self),
      bytes[start..<newline].allSatisfy({ $0 >= 0x20 && $0 != 0x7f })
    else {
      throw BootTraceProblem(start, "the header must be UTF-8 without control characters.")
    }
    return Line(offset: start, text: text)
  }

  private mutating func text(_ key: String) throws(BootTraceProblem) -> String {
    let line = try line()
    guard line.text.hasPrefix("\(key) ") else {
      throw BootTraceProblem(line.offset, "the line must say “\(key)”.")
    }
    return String(line.text.dropFirst(key.count + 1))
  }

  private mutating func memory() throws(BootTraceProblem) -> UInt64 {
    let line = try line()
    let bytes = try number(line, "memory")
    guard bytes > 0, bytes <= BootTrace.mostMemoryBytes, bytes % (1 << 20) == 0 else {
      throw BootTraceProblem(
        line.offset, "the memory is \(bytes) bytes: it must be whole mebibytes up to 2 GiB.")
    }
    return bytes
  }

  private func number(_ line: Line, _ key: String) throws(BootTraceProblem) -> UInt64 {
    let words = line.words
    guard words.count == 2, words[0] == key, let number = Self.decimal(words[1]) else {
      throw BootTraceProblem(line.offset, "the line must be “\(key)” and a number.")
    }
    return number
  }

  private func phase(_ line: Line) throws(BootTraceProblem) -> BootTrace.Phase {
    let words = line.words
    guard words.count == 8, !words[1].isEmpty, words[2] == "instructions", words[4] == "idle",
      words[6] == "touches", let instructions = Self.decimal(words[3]),
      let idle = Self.decimal(words[5]), let touches = Self.decimal(words[7]),
      touches <= UInt64(Self.mostTouches)
    else {
      throw BootTraceProblem(
        line.offset, "it must be “phase NAME instructions N idle MICROSECONDS touches N”.")
    }
    return BootTrace.Phase(
      String(words[1]), instructions: instructions, idleMicroseconds: idle, touches: Int(touches))
  }

  private func region(
    _ line: Line, _ used: inout [Bool]
  ) throws(BootTraceProblem) -> BootTrace.Region {
    let words = line.words
    guard words.count > 2,
      let use = GuestPageUse.allCases.first(where: { $0.regionName == String(words[1]) })
    else {
      throw BootTraceProblem(line.offset, "it must be “region”, a use that is known, and ranges.")
    }
    var ranges: [Range<UInt32>] = []
    for word in words[2...] {
      let parts = word.split(separator: "+", omittingEmptySubsequences: false)
      guard parts.count == 2, let first = Self.decimal(parts[0]),
        let count = Self.decimal(parts[1]),
        count > 0, first + count <= UInt64(used.count),
        first >= ranges.last?.upperBound ?? 0
      else {
        throw BootTraceProblem(
          line.offset, "“\(word)” must be a page and a count, ascending and within the memory.")
      }
      for page in Int(first)..<Int(first + count) {
        guard !used[page] else {
          throw BootTraceProblem(line.offset, "page \(page) is in two regions.")
        }
        used[page] = true
      }
      ranges.append(UInt32(first)..<UInt32(first + count))
    }
    return BootTrace.Region(use, ranges)
  }

  /// A decimal number below 2⁵⁶, so that sums of some don't overflow.
  private static func decimal(_ text: Substring) -> UInt64? {
    guard let first = text.utf8.first, text.utf8.count < 17, first != 0x30 || text.utf8.count == 1,
      text.utf8.allSatisfy({ 0x30...0x39 ~= $0 })
    else { return nil }
    return UInt64(text)
  }

  // MARK: The touches

  private mutating func touches(
    _ count: Int, pages: UInt64
  ) throws(BootTraceProblem) -> [BootTouch] {
    var touches: [BootTouch] = []
    var expected: [UInt32] = [0, 0, 0, 0]
    var tick: UInt64 = 0
    var before: UInt8?
    while touches.count < count {
      let start = place
      let control = try byte()
      let kind = Int(control & 3)
      var page = Int64(expected[kind])
      if control & 8 != 0 {
        let step = try varint()
        page += Int64(step >> 1) ^ -Int64(step & 1)
      }
      var delta = UInt64(control >> 4)
      if delta == 15 { delta += try varint() }
      let isSingle = control & 8 == 0 && control >> 4 != 15
      var repetitions = 1
      if isSingle, control == before {
        repetitions += Int(min(try varint(), UInt64(count)))
        before = nil
      } else {
        before = isSingle ? control : nil
      }
      guard repetitions <= count - touches.count else {
        throw BootTraceProblem(start, "there are more touches than the header says.")
      }
      guard page >= 0, UInt64(page) + UInt64(repetitions) <= pages else {
        throw BootTraceProblem(start, "page \(page) lies outside the memory.")
      }
      guard tick + delta * UInt64(repetitions) <= UInt64(UInt32.max) else {
        throw BootTraceProblem(start, "the time is beyond 32 bits.")
      }
      guard let known = BootTouch.Kind(rawValue: control & 3) else { continue }
      for _ in 0..<repetitions {
        tick += delta
        touches.append(
          BootTouch(
            page: UInt32(page), tick: UInt32(tick), kind: known, isRepeated: control & 4 != 0))
        page += 1
      }
      expected[kind] = UInt32(page)
    }
    return touches
  }

  private mutating func byte() throws(BootTraceProblem) -> UInt8 {
    guard place < end else { throw BootTraceProblem(place, "the touches end here, too early.") }
    place += 1
    return bytes[place - 1]
  }

  private mutating func varint() throws(BootTraceProblem) -> UInt64 {
    let start = place
    var number: UInt64 = 0
    for shift: UInt64 in stride(from: 0, to: 35, by: 7) {
      let byte = try byte()
      number |= UInt64(byte & 127) << shift
      if byte < 128 {
        guard byte != 0 || shift == 0 else { break }
        return number
      }
    }
    throw BootTraceProblem(start, "a number must have at most five bytes, and none too many.")
  }
}

extension BootTrace {
  /// The recording that a file's bytes hold.
  public init(_ bytes: [UInt8]) throws(BootTraceProblem) {
    self = try BootTraceReader.trace(bytes)
  }
}
