internal import CLibvirt

/// A connection to libvirt, and the thread that makes its calls: the one file of this module that holds a
/// pointer.
///
/// No call waits longer than its deadline. A session whose call was not answered in time answers none
/// after it.
@safe
struct LibvirtSession: ~Copyable {
  /// What is asked.
  enum Question {
    case connect(uri: String, writes: Bool)
    case host, capabilities, memory, merging
    case freePages(kibibytes: [UInt64], cell: Int)
    case domains(running: Bool)
    case statistics
    case xml(String)
    case balloon(String)
    case setPeriod(String, seconds: Int)
  }

  private let session: OpaquePointer?
  private let milliseconds: Int32

  /// A session with a library: the loader's, or one at a path.
  init(library: String?, seconds: Int) {
    milliseconds = Int32(min(max(seconds, 1), 1_000_000)) * 1000
    if let library {
      unsafe session = clibvirt_start(library)
    } else {
      unsafe session = clibvirt_start(nil)
    }
  }

  deinit {
    unsafe clibvirt_end(session)
  }

  /// The fields of the answer.
  borrowing func ask(_ question: Question) throws(LibvirtError) -> [LibvirtField] {
    let kind: clibvirt_question
    var subject = ""
    var argument: Int32 = 0
    switch question {
    case .connect(let uri, let writes):
      (kind, subject, argument) = (CLIBVIRT_CONNECT, uri, writes ? 1 : 0)
    case .host: kind = CLIBVIRT_HOST
    case .capabilities: kind = CLIBVIRT_CAPABILITIES
    case .memory: kind = CLIBVIRT_MEMORY
    case .merging: kind = CLIBVIRT_MERGING
    case .freePages(let sizes, let cell):
      kind = CLIBVIRT_PAGES
      subject = sizes.map { "\($0)" }.joined(separator: " ")
      argument = Int32(clamping: cell)
    case .domains(let running): (kind, argument) = (CLIBVIRT_DOMAINS, running ? 1 : 0)
    case .statistics: kind = CLIBVIRT_STATISTICS
    case .xml(let uuid): (kind, subject) = (CLIBVIRT_XML, uuid)
    case .balloon(let uuid): (kind, subject) = (CLIBVIRT_BALLOON, uuid)
    case .setPeriod(let uuid, let seconds):
      (kind, subject, argument) = (CLIBVIRT_SET_PERIOD, uuid, Int32(clamping: seconds))
    }
    guard let session = unsafe session,
      let answer = unsafe clibvirt_ask(session, kind, subject, argument, milliseconds)
    else { throw .noMemory }
    defer { unsafe clibvirt_free(answer) }
    let status = unsafe answer.pointee.status
    guard status == CLIBVIRT_DONE else {
      let message = unsafe withUnsafePointer(to: &answer.pointee.message) { message in
        unsafe message.withMemoryRebound(
          to: CChar.self, capacity: MemoryLayout.size(ofValue: message.pointee)
        ) { unsafe String(cString: $0) }
      }
      switch status {
      case CLIBVIRT_NO_LIBRARY: throw .noLibrary(message)
      case CLIBVIRT_NO_FUNCTION: throw .noFunction(message)
      case CLIBVIRT_LATE: throw .late(seconds: Int(milliseconds / 1000))
      case CLIBVIRT_REFUSED: throw .refused(code: Int(unsafe answer.pointee.code), message)
      default: throw .noMemory
      }
    }
    let fields = unsafe UnsafeBufferPointer(
      start: answer.pointee.fields, count: answer.pointee.count)
    return unsafe fields.map { field in
      unsafe LibvirtField(
        subject: String(cString: field.subject), name: String(cString: field.name),
        text: String(cString: field.text))
    }
  }
}
