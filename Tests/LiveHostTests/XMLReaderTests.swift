import LiveHost
import Records
import Testing

@Suite("XML")
struct XMLReaderTests {
  private func read(_ text: String) throws(ImportError) -> XMLElement {
    try XMLReader.read(Array(text.utf8), name: "x")
  }

  private func sentence(_ text: String) -> String {
    do throws(ImportError) {
      _ = try read(text)
      return ""
    } catch {
      return error.description
    }
  }

  @Test("Elements, attributes, text, references, comments and CDATA")
  func sound() throws {
    let root = try read(
      """
      <?xml version="1.0" encoding='UTF-8'?>
      <!-- a domain -->
      <domain type='kvm' id="7"><?pi x?>
        <name>a &amp; b &#x41;&#66;<![CDATA[<c>]]></name>
        <empty/><os firmware = 'efi' ><x/></os>
      </domain>
      """)
    #expect(root.name == "domain")
    #expect(root.attribute("type") == "kvm" && root.attribute("id") == "7")
    #expect(root["name"]?.trimmedText == "a & b AB<c>")
    #expect(root["os"]?.attribute("firmware") == "efi")
    #expect(root["os/x"] != nil && root["os/y"] == nil)
    #expect(root.position.description == "3:1")
    #expect(root["name"]?.position.description == "4:3")
  }

  @Test(
    "What is not well formed is told with its place",
    arguments: [
      ("<a><b></a>", "x:1:7: “</a>” closes “<b>”"), ("<a>", "x:1:4: the text ends"),
      ("", "must follow"), ("<a/><b/>", "x:1:5: a second element"), ("x<a/>", "x:1:1: text stands"),
      ("<a b='1' b='2'/>", "x:1:10: the attribute “b” is there twice"),
      ("<a b=1/>", "a quote"), ("<a b='<'/>", "“&lt;”"), ("<a>&nbsp;</a>", "“&nbsp;” is unknown"),
      ("<a>&#0;</a>", "none that XML allows"), ("<a>&#xD800;</a>", "none that XML allows"),
      ("<a>& b</a>", "“&amp;”"), ("<!DOCTYPE a [<!ENTITY x 'y'>]><a/>", "a document type"),
      ("<a><!DOCTYPE b></a>", "a document type"), ("<a>]]></a>", "]]&gt;"),
      ("<a><!-- -- --></a>", "inside a comment"), ("<a><!-- </a>", "the text ends"),
      ("<a><![CDATA[</a>", "the text ends"), ("<1/>", "must be a name"), ("<a/", "a space or “>”"),
      ("<a ", "the text ends"),
      ("<a\u{1}/>", "a control character"),
      ("<?xml version='1.0' encoding='latin1'?><a/>", "latin1"),
      ("<a><?xml version='1.0'?></a>", "at the front"), ("</a>", "closes"),
      ("<a b='1'c='2'/>", "a space"),
    ])
  func broken(text: String, says: String) {
    #expect(sentence(text).contains(says), "\(text): \(sentence(text))")
  }

  @Test("Bounds hold, and bytes that are no text are told")
  func bounds() {
    let deep = String(repeating: "<a>", count: 100)
    #expect(sentence(deep).contains("64 deep"))
    let wide = "<a>" + String(repeating: "<b/>", count: 200_001) + "</a>"
    #expect(sentence(wide).contains("200000"))
    do throws(ImportError) {
      _ = try XMLReader.read([0x3c, 0x61, 0x3e, 0xff], name: "x")
      Issue.record("a byte that is not UTF-8 was read")
    } catch {
      #expect(error.description == "x:1:4: the text is not UTF-8 here")
    }
  }
}
