import Records
import Testing

@Suite("Spelling")
struct SpellingTests {
  @Test(
    "The nearest word is found, if it is near",
    arguments: [
      ("adress", "address"), ("hgtap", "hgatp"), ("VSATP", "vsatp"), ("acces", "access"),
      ("cr33", nil), ("x", nil), ("", nil), ("completely-else", nil),
    ])
  func nearest(word: String, expected: String?) {
    let known = ["address", "access", "hgatp", "vsatp", "isa"]
    #expect(Spelling.nearest(to: word, among: known) == expected)
  }

  @Test("Lists end in “or”")
  func list() {
    #expect(Spelling.list([String]()) == "")
    #expect(Spelling.list(["a"]) == "“a”")
    #expect(Spelling.list(["a", "b"]) == "“a” or “b”")
    #expect(Spelling.list(["a", "b", "c"]) == "“a”, “b” or “c”")
  }
}
