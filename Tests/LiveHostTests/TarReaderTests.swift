import LiveHost
import Testing

@Suite("Archives")
struct TarReaderTests {
  private func sentence(_ bytes: [UInt8]) -> String {
    do throws(ImportError) {
      _ = try TarReader.read(bytes, name: "host.tar")
      return ""
    } catch {
      return error.description
    }
  }

  private var sound: [UInt8] {
    var tar = TarBuilder()
    tar.add("proc/", [], kind: UInt8(ascii: "5"))
    tar.add("./proc/meminfo", "MemTotal: 4 kB\n")
    tar.add("virsh/" + String(repeating: "a", count: 200), "long")
    return tar.archive
  }

  @Test("Files come out by their paths, long ones too")
  func files() throws {
    let files = try TarReader.read(sound, name: "host.tar")
    #expect(
      files.files.map(\.path) == ["proc/meminfo", "virsh/" + String(repeating: "a", count: 200)])
    #expect(files["proc/meminfo"] == Array("MemTotal: 4 kB\n".utf8))
    #expect(files["proc/nothing"] == nil)
  }

  @Test("Every cut of an archive is told")
  func cuts() {
    let sound = sound
    for length in stride(from: 0, to: sound.count, by: 64) where length < sound.count - 512 {
      #expect(sentence(Array(sound[..<length])).hasPrefix("host.tar: at byte"), "cut at \(length)")
    }
  }

  @Test("A header with any byte changed is told")
  func changes() {
    let sound = sound
    // Every byte of a header counts in its sum, but for the one behind the sum's digits.
    for index in 512..<1024 where index != 512 + 155 {
      var changed = sound
      changed[index] ^= 0x11
      #expect(sentence(changed).contains("check sum"), "byte \(index)")
    }
  }

  @Test("What no capture holds is refused")
  func refusals() {
    func tar(_ path: String, kind: String = "0") -> [UInt8] {
      var tar = TarBuilder()
      tar.add(path, [], kind: Array(kind.utf8)[0])
      return tar.archive
    }
    #expect(sentence(tar("../etc/passwd")).contains("leaves its folder"))
    #expect(sentence(tar("a/../../b")).contains("leaves its folder"))
    #expect(sentence(tar("link", kind: "2")).contains("plain files and folders"))
    #expect(sentence([0x1f, 0x8b] + [UInt8](repeating: 0, count: 600)).contains("gunzip"))
    #expect(sentence(Array("not a tar".utf8)).contains("cut off"))
    #expect(sentence([]).contains("no file"))
    var twice = TarBuilder()
    twice.add("a", "1")
    twice.add("./a", "2")
    #expect(sentence(twice.archive).contains("twice"))
    #expect(sentence(sound + [1]).contains("behind the archive’s end"))
  }
}
