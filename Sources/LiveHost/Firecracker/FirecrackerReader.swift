internal import Records

/// Reads the sections of a Firecracker configuration that concern memory, and passes over the others.
struct FirecrackerReader {
  private var json: JSONReader
  private let name: String
  var problems: [ImportProblem] = []
  var processors: Int?
  var memory: UInt64?
  var usesHugePages = false
  var tracksDirtyPages = false
  var balloon: FirecrackerMachine.Balloon?

  /// The sections of a configuration file (Firecracker's `VmmConfig`).
  private static let sections = [
    "boot-source", "drives", "network-interfaces", "machine-config", "balloon", "vsock", "logger",
    "metrics", "mmds-config", "entropy", "cpu-config", "pmem", "memory-hotplug", "serial",
  ]
  private static let machineKeys = [
    "vcpu_count", "mem_size_mib", "smt", "ht_enabled", "track_dirty_pages", "huge_pages",
    "cpu_template",
  ]
  private static let balloonKeys = [
    "amount_mib", "deflate_on_oom", "stats_polling_interval_s", "free_page_reporting",
    "free_page_hinting",
  ]

  init(_ bytes: [UInt8], name: String) {
    json = JSONReader(bytes)
    self.name = name
  }

  /// Reads a whole configuration, or the machine’s section alone.
  mutating func readFile() throws(JSONError) {
    guard json.bytes.count <= 1 << 20 else {
      problems.append(
        ImportProblem(
          "the file holds \(json.bytes.count) bytes; at most 1048576 are read", in: name))
      return
    }
    try json.enterObject(expected: "a Firecracker configuration, which is an object")
    var seen: Set<String> = []
    while let text = try json.nextKey() {
      let key = json.string(of: text)
      let place = text.range.lowerBound - 1
      guard seen.insert(key).inserted else { throw JSONError(.duplicateKey(key), at: place) }
      if Self.machineKeys.contains(key) {
        try readMachine(key)
      } else if key == "machine-config" {
        try readSection(Self.machineKeys) { (reader, key) throws(JSONError) in
          try reader.readMachine(key)
        }
      } else if key == "balloon" {
        let kind = try json.kind()
        guard kind == .object else {
          // Firecracker writes null where there is none.
          if kind != .null { report("“balloon” must be an object", at: json.offset) }
          try json.skip()
          continue
        }
        balloon = FirecrackerMachine.Balloon()
        try readSection(Self.balloonKeys) { (reader, key) throws(JSONError) in
          try reader.readBalloon(key)
        }
      } else {
        if !Self.sections.contains(key) {
          reportUnknown(key, at: place, among: Self.sections + Self.machineKeys)
        }
        try json.skip()
      }
    }
    try json.finish()
  }

  /// Tells of a balloon that takes more than there is.
  mutating func checkBalloon() {
    if let memory, let balloon, balloon.bytes > memory {
      problems.append(
        ImportProblem(
          "the balloon’s “amount_mib” is \(balloon.bytes >> 20); it must be at most “mem_size_mib”,"
            + " \(memory >> 20)", in: name))
    }
  }

  mutating func reportMissing() {
    for (key, isMissing) in [("vcpu_count", processors == nil), ("mem_size_mib", memory == nil)]
    where isMissing {
      problems.append(
        ImportProblem("“\(key)” is missing; “machine-config” must have it", in: name))
    }
  }

  private mutating func readSection(
    _ keys: [String], _ read: (inout Self, String) throws(JSONError) -> Void
  ) throws(JSONError) {
    try json.enterObject()
    var seen: Set<String> = []
    while let text = try json.nextKey() {
      let key = json.string(of: text)
      let place = text.range.lowerBound - 1
      guard seen.insert(key).inserted else { throw JSONError(.duplicateKey(key), at: place) }
      guard keys.contains(key) else {
        reportUnknown(key, at: place, among: keys)
        try json.skip()
        continue
      }
      try read(&self, key)
    }
  }

  private mutating func readMachine(_ key: String) throws(JSONError) {
    switch key {
    case "vcpu_count": processors = try number(key, in: 1...1024).map { Int($0) }
    case "mem_size_mib": memory = try number(key, in: 1...(1 << 30)).map { $0 << 20 }
    case "track_dirty_pages": tracksDirtyPages = try json.boolean()
    case "huge_pages":
      let place = json.offset
      let text = try json.string()
      switch json.string(of: text) {
      case "None": usesHugePages = false
      case "2M": usesHugePages = true
      default: report("“huge_pages” must be “None” or “2M”", at: place)
      }
    default: try json.skip()
    }
  }

  private mutating func readBalloon(_ key: String) throws(JSONError) {
    switch key {
    case "amount_mib":
      if let amount = try number(key, in: 0...(1 << 30)) { balloon?.bytes = amount << 20 }
    case "stats_polling_interval_s":
      if let seconds = try number(key, in: 0...65_535) { balloon?.statisticsSeconds = Int(seconds) }
    case "free_page_reporting": balloon?.reportsFreePages = try json.boolean()
    default: try json.skip()
    }
  }

  private mutating func number(
    _ key: String, in range: ClosedRange<UInt64>
  ) throws(JSONError) -> UInt64? {
    let number = try json.number()
    guard let value = number.unsigned, range ~= value else {
      report(
        "“\(key)” must be a whole number from \(range.lowerBound) to \(range.upperBound)",
        at: number.range.lowerBound)
      return nil
    }
    return value
  }

  private mutating func report(_ sentence: String, at offset: Int) {
    problems.append(ImportProblem(sentence, in: name, at: json.position(of: offset)))
  }

  private mutating func reportUnknown(_ key: String, at offset: Int, among keys: [String]) {
    let right =
      Spelling.nearest(to: key, among: keys).map { "is “\($0)” meant?" }
      ?? "Firecracker has no such key here"
    report("“\(key.prefix(60))” is unknown; \(right)", at: offset)
  }
}
