import Paging
import Records
import Testing

@Suite("Records of translate")
struct TranslateSessionTests {
  /// What a session makes of some lines: each line's answer, and its diagnostics as
  /// `line:column: sentence`.
  private func answers(
    _ lines: String..., memory: consuming PhysicalMemory = PhysicalMemory()
  ) -> (answers: [String], diagnostics: [String]) {
    var session = TranslateSession(memory: memory)
    var writer = JSONWriter()
    var diagnostics: [String] = []
    for (number, line) in lines.enumerated() {
      _ = session.answer(Array(line.utf8), line: number + 1, to: &writer)
      diagnostics += session.diagnostics.map(\.description)
    }
    let text = String(decoding: writer.bytes, as: UTF8.self)
    return (text.split(separator: "\n").map(String.init), diagnostics)
  }

  @Test("Without tables an address is its own, on each ISA")
  func untranslated() {
    let found = answers(
      #"{"isa":"riscv64","address":"0x1008","access":"hlvx","mode":"vu"}"#,
      #"{"isa":"x86-64","address":4104,"access":"fetch","cpl":3}"#,
      #"{"isa":"arm64","address":"0x1008","el":0}"#)
    let answer =
      #"{"hpa":"0x1008","gpa":"0x1008","guestPageBytes":null,"hostPageBytes":null,"#
      + #""reads":0,"updates":0}"#
    #expect(found.answers == [answer, answer, answer])
    #expect(found.diagnostics.isEmpty)
  }

  @Test("Blank lines are passed over, and lines without an address count registers")
  func registersOnly() {
    let found = answers(
      " \t\r", #"{"isa":"riscv64"}"#, "", #"{"vsatp":0,"hgatp":"0x0","options":{}}"#)
    #expect(found.answers == [#"{"registers":0}"#, #"{"registers":2}"#])
  }

  @Test("Registers last, each ISA's for itself; a malformed line changes none")
  func persistence() throws {
    // A G-stage of one 512 GiB-aligned root whose first entry maps 1 GiB at 0x4000_0000.
    var memory = try PhysicalMemory(at: HostPhysical(0x8000_0000), bytes: 1 << 14)
    memory.store(0x4000_0000 >> 2 | 0xdf, at: HostPhysical(0x8000_0000))
    let found = answers(
      #"{"isa":"riscv64","hgatp":"0x8000000000080000","address":"0x10"}"#,
      #"{"isa":"x86-64","address":"0x10"}"#,
      #"{"isa":"riscv64","hgatp":0,"address":"0x10","acces":1}"#,
      #"{"address":"0x10"}"#,
      #"{"isa":"riscv64","address":"0x10"}"#,
      #"{"hgatp":0,"address":"0x10"}"#, memory: memory)
    let mapped =
      #"{"hpa":"0x40000010","gpa":"0x10","guestPageBytes":null,"hostPageBytes":1073741824,"#
      + #""reads":1,"updates":0}"#
    let plain =
      #"{"hpa":"0x10","gpa":"0x10","guestPageBytes":null,"hostPageBytes":null,"#
      + #""reads":0,"updates":0}"#
    #expect(
      found.answers == [
        mapped, plain, #"{"error":"There is no key “acces”. Is “access” meant?"}"#, plain, mapped,
        plain,
      ])
  }

  @Test(
    "What is wrong with a line is told at its byte",
    arguments: [
      (
        "▸{}",
        ["Neither this line nor one before it names its “isa”."]
      ),
      (
        #"▸[1]"#, ["Found an array where a record, which is an object, was expected."]
      ),
      (
        #"{"isa":"riscv64" ▸"address":1}"#, [#"Found “"” where “,” or “}” was expected."#]
      ),
      (
        #"{"isa":"riscv64"} ▸x"#, ["Found “x” where the end of the text was expected."]
      ),
      (
        #"{"isa":▸"riscv"}"#,
        [
          "“isa” is “riscv”: it must be “x86-64”, “arm64” or “riscv64”. Is “riscv64” meant?"
        ]
      ),
      (
        #"{"isa":▸7}"#, ["“isa” is 7: it must be “x86-64”, “arm64” or “riscv64”."]
      ),
      (
        #"{"isa":"arm64","address":1,▸"address":2}"#, ["The key “address” is there twice."]
      ),
      (
        #"{"isa":"arm64","x":1,▸"x":2}"#, ["The key “x” is there twice."]
      ),
      (
        #"{"address":▸-1,"isa":"riscv64",▸"hgapt":1,▸"cr3":2,"vsatp":▸[]}"#,
        [
          "“address” is -1: it must be an integer from 0 to 0xffffffffffffffff.",
          "There is no key “hgapt”. Is “hgatp” meant?",
          "“cr3” is a key of x86-64, but the record is one of riscv64.",
          "“vsatp” is an array: it must be a number.",
        ]
      ),
      (
        #"{"isa":"riscv64","address":▸"12","menvcfg":▸null,"henvcfg":▸1.0,"hstatus":▸"0x"}"#,
        [
          "“address” is “12”: it must be an integer, or a string of “0x” and up to 16 hexadecimal"
            + " digits.",
          "“menvcfg” is null: it must be a number.",
          "“henvcfg” is 1.0: it must be an integer from 0 to 0xffffffffffffffff.",
          "“hstatus” is “0x”: it must be an integer, or a string of “0x” and up to 16 hexadecimal"
            + " digits.",
        ]
      ),
      (
        #"{"isa":"riscv64","address":▸"0x10000000000000000","instruction":▸4294967296}"#,
        [
          "“address” is “0x10000000000000000”: it must be an integer, or a string of “0x” and up to"
            + " 16 hexadecimal digits.",
          "“instruction” is 4294967296: it must be at most 0xffffffff.",
        ]
      ),
      (
        #"{"isa":"x86-64","address":1,"cpl":▸4,"access":▸"hlvx",▸"mode":"vs"}"#,
        [
          "“cpl” is 4: it must be at most 3.",
          "“access” is “hlvx”: it must be “read”, “write” or “fetch”.",
          "“mode” is a key of riscv64, but the record is one of x86-64.",
        ]
      ),
      (
        #"{"isa":"arm64","address":1,"el":▸2,"access":▸"at-raed"}"#,
        [
          "“el” is 2: it must be at most 1.",
          "“access” is “at-raed”: it must be “read”, “write”, “fetch”, “at-read” or “at-write”."
            + " Is “at-read” meant?",
        ]
      ),
      (
        #"{"isa":"riscv64","access":▸"read","mode":▸"vs"}"#,
        [
          "“access” is “read”: it says how an address is accessed, but the record has no “address”.",
          "“mode” is “vs”: it says how an address is accessed, but the record has no “address”.",
        ]
      ),
      (
        #"{"isa":"x86-64","options":{▸"x86-acessed":"on-success"}}"#,
        ["There is no option “x86-acessed” for this ISA. Is “x86-accessed” meant?"]
      ),
      (
        #"{"isa":"x86-64","options":{"x86-accessed":▸"never"}}"#,
        ["“x86-accessed” is “never”: it must be “each-level” or “on-success”."]
      ),
      (
        #"{"isa":"x86-64","options":{"x86-accessed":"each-level",▸"x86-accessed":"on-success"}}"#,
        ["The key “x86-accessed” is there twice."]
      ),
      (
        #"{"isa":"x86-64","options":{"x86-accessed":▸1}}"#,
        ["Found a number where an option's value, which is a string, was expected."]
      ),
      (
        #"{"isa":"x86-64","options":▸3}"#, ["“options” is 3: it must be an object."]
      ),
      (
        #"{"isa":"x86-64","address":1,"eptp":0,"ncr3":▸0,"cr0":0}"#,
        ["ncr3 = 0x0 is refused: eptp is set too, and a guest has EPT or nested tables."]
      ),
    ])
  func diagnostics(text: String, sentences: [String]) {
    let marked = MarkedText(text)
    let found = answers(String(decoding: marked.bytes, as: UTF8.self))
    let expected = zip(marked.marks, sentences).map { "1:\($0 + 1): \($1)" }
    #expect(marked.marks.count == sentences.count)
    #expect(found.diagnostics == expected)
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("error")
    writer.value(sentences.joined(separator: " "))
    writer.endObject()
    #expect(found.answers == [String(decoding: writer.bytes, as: UTF8.self)])
  }

  @Test("A register that may be absent is taken away by null")
  func absentRegister() {
    let found = answers(
      #"{"isa":"x86-64","eptp":"0x1e","address":"0x10"}"#,
      #"{"eptp":null,"address":"0x10"}"#)
    #expect(found.answers.count == 2)
    #expect(
      found.answers[0].contains(
        "The walk of the hypervisor's tables reads an entry at host-physical 0x0, outside"))
    #expect(found.answers[1].hasPrefix(#"{"hpa":"0x10""#))
  }

  @Test("Registers that do not go together are refused when an access needs them")
  func refusedRegisters() {
    let found = answers(
      #"{"isa":"riscv64","vsatp":"0x7000000000000000"}"#, #"{"address":1}"#,
      #"{"vsatp":"0x0","address":1}"#)
    #expect(
      found.diagnostics == [
        "2:1: vsatp = 0x7000000000000000 is refused: its mode is none of Bare, Sv39, Sv48 and Sv57."
      ])
    #expect(found.answers[2].hasPrefix(#"{"hpa":"0x1""#))
  }

  @Test("Keys and values may be written with escapes")
  func escapes() {
    let found = answers(#"{"\u0069sa":"riscv6\u0034","addres\u0073":"\u0030x\u0031f"}"#)
    #expect(found.answers.first?.hasPrefix(#"{"hpa":"0x1f""#) == true)
  }

  @Test("A fault names its kind, stage, level, cause and context, and holds the report")
  func fault() throws {
    let memory = try PhysicalMemory(at: HostPhysical(0x8000_0000), bytes: 1 << 14)
    let found = answers(
      #"{"isa":"riscv64","hgatp":"0x8000000000080000","address":"0x1010","access":"write"}"#,
      #"{"isa":"riscv64","vsatp":"0x8000000000000001","address":"0x1010","access":"fetch"}"#,
      #"{"isa":"riscv64","address":"0x8000000000","access":"read"}"#, memory: memory)
    #expect(
      found.answers == [
        #"{"fault":{"kind":"guest-page-fault","stage":2,"level":2,"cause":"missing","#
          + #""context":"final-access","report":{"scause":"0x17","stval":"0x1010","#
          + #""htval":"0x404","htinst":"0x0","gva":1}}}"#,
        #"{"fault":{"kind":"guest-page-fault","stage":2,"level":2,"cause":"missing","#
          + #""context":"table-read","report":{"scause":"0x14","stval":"0x1010","#
          + #""htval":"0x400","htinst":"0x3000","gva":1}}}"#,
        #"{"fault":{"kind":"page-fault","stage":1,"level":null,"cause":"missing","#
          + #""context":"final-access","report":{"scause":"0xd","stval":"0x8000000000","#
          + #""htval":"0x0","htinst":"0x0","gva":1}}}"#,
      ])
  }

  @Test("The walk of a line can be explained")
  func explanation() throws {
    var memory = try PhysicalMemory(at: HostPhysical(0x8000_0000), bytes: 1 << 14)
    memory.store(0x4000_0000 >> 2 | 0xdf, at: HostPhysical(0x8000_0000))
    var session = TranslateSession(memory: memory)
    session.explainedLine = 2
    var writer = JSONWriter()
    let line = Array(#"{"isa":"riscv64","hgatp":"0x8000000000080000","address":16}"#.utf8)
    _ = session.answer(line, line: 1, to: &writer)
    #expect(session.explained == nil)
    _ = session.answer(line, line: 2, to: &writer)
    #expect(session.explained?.steps.map(\.place) == [HostPhysical(0x8000_0000)])
  }
}
