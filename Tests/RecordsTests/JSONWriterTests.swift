import Records
import Testing

@Suite("JSON writer")
struct JSONWriterTests {
  private func example(_ layout: JSONWriter.Layout) -> String {
    var writer = JSONWriter(layout)
    writer.beginObject()
    writer.key("numbers")
    writer.beginArray()
    for number in [0, 7, 10, UInt64.max] { writer.value(number) }
    writer.value(-12)
    writer.value(Int.min)
    writer.endArray()
    writer.key("hex")
    writer.beginArray()
    for number in [0, 0xf, 0x10, 0xdead_beef, UInt64.max] { writer.hex(number) }
    writer.endArray()
    writer.key("text")
    writer.value("a\"b\\c\n\t\u{1}é")
    writer.key("empty")
    writer.beginObject()
    writer.endObject()
    writer.key("none")
    writer.null()
    writer.key("yes")
    writer.value(true)
    writer.endObject()
    writer.endLine()
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  @Test("Compact texts are one line")
  func compact() {
    let expected =
      #"{"numbers":[0,7,10,18446744073709551615,-12,-9223372036854775808],"#
      + #""hex":["0x0","0xf","0x10","0xdeadbeef","0xffffffffffffffff"],"#
      + #""text":"a\"b\\c\n\t\u0001é","empty":{},"none":null,"yes":true}"# + "\n"
    #expect(example(.compact) == expected)
  }

  @Test("Indented texts have a member on each line")
  func indented() {
    #expect(
      example(.indented) == #"""
        {
          "numbers": [
            0,
            7,
            10,
            18446744073709551615,
            -12,
            -9223372036854775808
          ],
          "hex": [
            "0x0",
            "0xf",
            "0x10",
            "0xdeadbeef",
            "0xffffffffffffffff"
          ],
          "text": "a\"b\\c\n\t\u0001é",
          "empty": {},
          "none": null,
          "yes": true
        }

        """#)
  }

  @Test("What is written can be read")
  func roundTrip() throws {
    for layout in [JSONWriter.Layout.compact, .indented] {
      var reader = JSONReader(Array(example(layout).utf8))
      try reader.skip()
      try reader.finish()
    }
  }
}
