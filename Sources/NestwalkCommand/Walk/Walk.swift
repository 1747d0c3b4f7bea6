import Console
import Paging
import Quantities
import Records
import Studies

/// `nestwalk walk`: one translation explained.
struct Walk: Command {
  var guest: GuestFormat?
  var host: HostFormat?
  var guestPage: ByteSize?
  var hostPage: ByteSize?
  var access: AccessWord?
  var isUser = false
  var address: AddressArgument?
  var fault: ExampleFault?
  var isClean = false
  var record: FilePath?
  var line: Int?
  var memory: [MemoryArgument] = []
  var json: FilePath?
  var svg: FilePath?

  static let name = "walk"
  static let summary = "explain one translation, read by read"
  static let discussion = [
    "Shows a two-dimensional walk as a grid: a row for each of the guest's tables and one for the"
      + " access, in which the reads of the hypervisor's tables come before the guest's entry; then"
      + " where the access arrives or why it faults, and what the architecture tells about it.",
    "The walk is that of a small example, made from the options, or with --record one of translate's.",
  ]
  static let examples = [
    CommandExample(
      "nestwalk walk --guest sv39 --host sv39x4 --guest-page 2M --access write --user",
      "A user's write to a large page of the guest, mapped by the hypervisor in small ones."),
    CommandExample(
      "nestwalk walk --guest x86-4 --host npt4 --fault cascade",
      "What AMD reports where the hypervisor has no page for one of the guest's tables."),
    CommandExample(
      "nestwalk walk --record accesses.ndjson --line 7 --memory guest.img@0x80000000",
      "The access of line 7, after those of the lines before it."),
  ]
  static let parameters: [Parameter<Self>] = [
    .option(
      "guest", \.guest, value: "FORMAT",
      "The format of the guest's tables",
      default: "what goes with --host"),
    .option(
      "host", \.host, value: "FORMAT",
      "The format of the hypervisor's tables",
      default: "what goes with --guest"),
    .option(
      "guest-page", \.guestPage, value: "SIZE",
      "The size of the guest's page, such as 2M", default: "the smallest"),
    .option(
      "host-page", \.hostPage, value: "SIZE",
      "The size of the hypervisor's pages", default: "the smallest"),
    .option("access", \.access, value: "ACCESS", "What the guest does", default: "read"),
    .flag("user", \.isUser, "Let the guest's user mode do it, on a user's page"),
    .option(
      "address", \.address, value: "ADDRESS", "The guest-virtual address",
      default: "one with another index at each level"),
    .option(
      "fault", \.fault, value: "KIND",
      "Let the walk fault: where the guest has no page (guest), where the hypervisor has none for the"
        + " access (missing), where its page lacks the right (permission), or where it has none for"
        + " one of the guest's tables (cascade)"),
    .flag(
      "clean", \.isClean,
      "Start with all accessed and dirty flags clear, and let the hardware set them"),
    .option(
      "record", \.record, value: "FILE",
      "Explain a line of translate's input instead of an example; “-” is standard input"),
    .option(
      "line", \.line, value: "N",
      "The line of --record to explain, after those before it", default: "the last"),
    .option(
      "memory", \.memory, value: "FILE@BASE",
      "Place the bytes of FILE at the host-physical address BASE, for --record"),
    .option("json", \.json, value: "FILE", "Write the walk as JSON; “-” is standard output"),
    .option("svg", \.svg, value: "FILE", "Draw the walk as SVG; “-” is standard output"),
  ]

  func problems() -> [String] {
    var problems = record == nil ? exampleProblems() : recordProblems()
    if let json, json == svg {
      problems.append("“--json” and “--svg” can't both be “\(json.path)”.")
    }
    let inputs = memory.map(\.path) + (record.map { [$0.path] } ?? [])
    for (option, file) in [("json", json), ("svg", svg)] {
      guard let file, !file.isStandardStream, inputs.contains(file.path) else { continue }
      problems.append("“--\(option)” is “\(file.path)”, which is read.")
    }
    return problems
  }

  private func recordProblems() -> [String] {
    let isGiven = [
      ("guest", guest != nil), ("host", host != nil), ("guest-page", guestPage != nil),
      ("host-page", hostPage != nil), ("access", access != nil), ("user", isUser),
      ("address", address != nil), ("fault", fault != nil), ("clean", isClean),
    ]
    var problems = isGiven.filter(\.1).map {
      "“--\($0.0)” is for an example: leave out “--record”."
    }
    if let line, line < 1 { problems.append("“--line” is \(line): lines are counted from 1.") }
    return problems
  }

  private func exampleProblems() -> [String] {
    var problems: [String] = []
    if !memory.isEmpty { problems.append("“--memory” needs “--record”.") }
    if line != nil { problems.append("“--line” needs “--record”.") }
    let example = example
    guard example.guest.isa == example.host.isa else {
      problems.append(
        "“--guest” is “\(example.guest)” and “--host” is “\(example.host)”: they must be of one"
          + " architecture.")
      return problems
    }
    for (option, size, format, shape) in [
      ("guest-page", guestPage, example.guest.rawValue, example.guest.shape),
      ("host-page", hostPage, example.host.rawValue, example.host.shape),
    ] {
      guard let size, !shape.pageSizes.contains(size.bytes) else { continue }
      let sizes = shape.pageSizes.map { ByteSize($0).argument }
      problems.append(
        "“--\(option)” is “\(size.argument)”: \(format) has pages of"
          + " \(Spelling.list(sizes, last: "and")).")
    }
    if !example.access.isas.contains(example.guest.isa) {
      problems.append(
        "“--access” is “\(example.access.rawValue)”, which \(example.guest.isa.rawValue) doesn't have."
      )
    }
    if fault == .permission, example.access.access(.user).kind.isLoad {
      problems.append(
        "“--fault” is “permission”: the access must be a write or a fetch, because a page that can be"
          + " used at all can be read.")
    }
    return problems
  }

  /// The example that the options ask for.
  private var example: WalkExample {
    let guest = guest ?? host?.partner ?? .x86Level4
    return WalkExample(
      guest: guest, host: host ?? guest.partner, guestPage: guestPage?.bytes,
      hostPage: hostPage?.bytes, access: access ?? .read, privilege: isUser ? .user : .supervisor,
      address: address.map { GuestVirtual($0.value) }, fault: fault, isClean: isClean)
  }

  func run() throws(CommandFailure) -> ExitStatus {
    let explained = try walk()
    let outputs = [
      (json, { Self.json(explained) }), (svg, { Array(WalkDrawing.svg(explained).utf8) }),
    ]
    var text = WalkText.text(explained)
    for (file, bytes) in outputs {
      guard let file else { continue }
      if file.isStandardStream {
        text = String(decoding: bytes(), as: UTF8.self)
      } else {
        do throws(SystemError) {
          try OutputFile.write(file.path, bytes: bytes())
        } catch {
          throw CommandFailure(.failed, error.description)
        }
      }
    }
    let status = Program.show(text)
    return status == .success && explained.leavesMemory ? .badInput : status
  }

  private static func json(_ walk: ExplainedWalk) -> [UInt8] {
    var writer = JSONWriter(.indented)
    writer.value(walk)
    writer.endLine()
    return writer.bytes
  }

  private func walk() throws(CommandFailure) -> ExplainedWalk {
    guard let record else { return try example.explain() }
    var memory = PhysicalMemory()
    for argument in self.memory { try argument.load(into: &memory) }
    var run: RecordedWalk
    do throws(SystemError) {
      let file = try record.isStandardStream ? File.standardInput() : File.reading(record.path)
      run = RecordedWalk(file, memory: memory, line: line)
    } catch {
      throw CommandFailure(.badInput, error.description)
    }
    return try run.explain()
  }
}

extension Access.Kind {
  /// Whether the access only needs the right to read, or as good.
  fileprivate var isLoad: Bool { self == .read || self == .hlvx }
}
