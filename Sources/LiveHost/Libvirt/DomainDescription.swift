/// What libvirt's XML of a domain says of its memory and of what costs memory.
struct DomainDescription: Sendable, Hashable {
  var name: String
  var uuid: String?
  /// The number of a running domain.
  var id: Int?
  /// The kind of driver, such as `kvm`.
  var type: String
  /// The memory that it may have at most, in bytes.
  var memoryBytes: UInt64
  /// The memory that it was given, in bytes.
  var currentBytes: UInt64?
  var processors: Int?
  /// The largest page that is asked for; nothing where pools are not used, or their size is the host's
  /// own choice.
  var poolPageBytes: UInt64?
  var usesPool = false
  var isLocked = false
  var isAllocatedAtOnce = false
  var nodes: [Int] = []
  var balloon: Balloon?
  var videoBytes: UInt64?
  var disks = 0
  var networks = 0
  var passedThrough = 0
  var ioThreads = 0
  var firmware: Firmware?
  var emulator: String?
  /// What its control group may be charged at most (`memtune/hard_limit`).
  var hardLimitBytes: UInt64?
  /// What it says and can't be used, so that it is not known, each as a sentence with its place.
  var remarks: [String] = []

  struct Balloon: Sendable, Hashable {
    var statisticsSeconds = 0
    var reportsFreePages = false
  }

  enum Firmware: Sendable, Hashable { case bios, uefi }

  /// What the XML says, or everything that is wrong with it.
  init(_ xml: XMLElement, source: String) throws(ImportError) {
    var problems: [ImportProblem] = []
    func report(_ sentence: String, _ element: XMLElement) {
      problems.append(ImportProblem(sentence, in: source, at: element.position))
    }
    func bytes(_ path: String) -> UInt64? {
      guard let element = xml[path] else { return nil }
      guard let bytes = ScaledBytes.read(element), bytes < 1 << 56 else {
        report("“\(path)” is no size; it must be a whole number with a unit such as KiB", element)
        return nil
      }
      return bytes
    }
    func count(_ path: String) -> Int? {
      guard let element = xml[path] else { return nil }
      guard let count = Int(element.trimmedText), 0...1_000_000 ~= count else {
        report("“\(path)” is no count; it must be a whole number", element)
        return nil
      }
      return count
    }
    if xml.name != "domain" {
      throw ImportError(
        ImportProblem(
          "the element at the top is “\(xml.name)”; it must be “domain”", in: source,
          at: xml.position))
    }
    name = xml["name"]?.trimmedText ?? ""
    if name.isEmpty { report("the domain has no name; “name” must say it", xml) }
    uuid = xml["uuid"]?.trimmedText
    type = xml.attribute("type") ?? ""
    if xml["memory"] == nil { report("the domain has no “memory”; it must say how much", xml) }
    memoryBytes = max(bytes("memory") ?? 0, bytes("maxMemory") ?? 0)
    currentBytes = bytes("currentMemory")
    processors = count("vcpu")
    ioThreads = count("iothreads") ?? 0
    hardLimitBytes = bytes("memtune/hard_limit")
    if let pools = xml["memoryBacking/hugepages"] {
      usesPool = true
      for page in pools.children("page") {
        guard
          let size = ScaledBytes.read(page.attribute("size") ?? "", unit: page.attribute("unit")),
          size.nonzeroBitCount == 1, 4096...(1 << 40) ~= size
        else {
          report("the page’s size is none; it must be such as size='2048' unit='KiB'", page)
          continue
        }
        poolPageBytes = max(poolPageBytes ?? 0, size)
      }
    }
    isLocked = xml["memoryBacking/locked"] != nil
    if let allocation = xml["memoryBacking/allocation"] {
      isAllocatedAtOnce = word("mode", of: allocation, ["ondemand", "immediate"]) == "immediate"
    }
    if let memory = xml["numatune/memory"], let set = memory.attribute("nodeset") {
      guard let numbers = ProcessorList.numbers(set, most: 1024) else {
        report("“\(set.prefix(60))” is no list of nodes; it must be such as 0-1", memory)
        throw ImportError(problems)
      }
      nodes = numbers
    }
    id = number("id", of: xml, in: 0...(1 << 31))
    readDevices(xml)
    readFirmware(xml)
    guard problems.isEmpty else { throw ImportError(problems) }
  }

  private mutating func readDevices(_ xml: XMLElement) {
    guard let devices = xml["devices"] else { return }
    emulator = devices["emulator"]?.trimmedText
    disks = devices.children("disk").count
    networks = devices.children("interface").count
    passedThrough = devices.children("hostdev").count
    for model in devices.children("video").compactMap({ $0["model"] }) {
      // Each of these is host memory of its own, in KiB.
      let kibibytes = ["ram", "vram"].compactMap { number($0, of: model, in: 0...(1 << 40)) }
      videoBytes = (videoBytes ?? 0) + UInt64(kibibytes.reduce(0, +)) << 10
    }
    if let element = devices["memballoon"], element.attribute("model") != "none" {
      var balloon = Balloon()
      balloon.statisticsSeconds =
        element["stats"].flatMap { number("period", of: $0, in: 0...1_000_000) } ?? 0
      balloon.reportsFreePages = word("freePageReporting", of: element, ["off", "on"]) == "on"
      self.balloon = balloon
    }
  }

  /// The whole number of an attribute; one that is none is told, and not known.
  private mutating func number(
    _ name: String, of element: XMLElement, in range: ClosedRange<Int>
  ) -> Int? {
    guard let text = element.attribute(name) else { return nil }
    if let number = Int(text), range ~= number { return number }
    remark(
      name, text, of: element,
      "a whole number from \(range.lowerBound) to \(range.upperBound)")
    return nil
  }

  /// The word of an attribute; one that is none of those that there are is told, and not known.
  private mutating func word(
    _ name: String, of element: XMLElement, _ words: [String]
  ) -> String? {
    guard let text = element.attribute(name) else { return nil }
    if words.contains(text) { return text }
    remark(name, text, of: element, words.joined(separator: " or "))
    return nil
  }

  private mutating func remark(
    _ name: String, _ text: String, of element: XMLElement, _ rule: String
  ) {
    remarks.append(
      "\(element.position): “\(name)” of “\(element.name)” is “\(text.prefix(60))”, which is left"
        + " out; it must be \(rule)")
  }

  private mutating func readFirmware(_ xml: XMLElement) {
    guard let system = xml["os"], system["type"]?.trimmedText == "hvm" else { return }
    let isUEFI =
      system.attribute("firmware") == "efi" || system["loader"]?.attribute("type") == "pflash"
    firmware = isUEFI ? .uefi : .bios
  }
}
