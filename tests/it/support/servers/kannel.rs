//! Kannel with its fake SMSC: a real SMS gateway, and the operator's network behind it that
//! logs every SMS and sends real delivery reports.

use std::net::TcpStream;
use std::path::Path;

use super::{Server, folder, free_port, program, wait};

/// A gateway of its own for one test. Fields end in this order: network, HTTP side, core.
pub(crate) struct Kannel {
    network: Server,
    _smsbox: Server,
    _bearerbox: Server,
    /// Where `sendsms` is answered, on 127.0.0.1.
    pub(crate) port: u16,
}

impl Kannel {
    /// Who may send.
    pub(crate) const USERNAME: &str = "tester";
    /// Their password.
    pub(crate) const PASSWORD: &str = "foobar";

    /// Starts the three of them. `replies_to` is asked for each SMS that a handset sends.
    pub(crate) fn start(replies_to: &str) -> Self {
        Self::start_with(replies_to, &[])
    }

    /// The same with a handset that sends one SMS.
    pub(crate) fn start_hearing(replies_to: &str, from: &str, text: &str) -> Self {
        use std::fmt::Write as _;
        let mut encoded = String::new();
        for byte in text.encode_utf16().flat_map(u16::to_be_bytes) {
            write!(encoded, "%{byte:02x}").expect("a text can be written to");
        }
        let sms = format!("{from} 13013 ucs2 {encoded}");
        Self::start_with(replies_to, &["-i", "0.1", "-m", "1", &sms])
    }

    fn start_with(replies_to: &str, heard: &[&str]) -> Self {
        let [bearerbox, smsbox] = ["bearerbox", "smsbox"].map(|name| program(name, "kannel"));
        let fakesmsc = program("fakesmsc", "kannel-extras");
        let [admin, boxes, network, port] = [(); 4].map(|()| free_port());
        let configuration = configuration(admin, boxes, network, port, replies_to);
        let start = |name, command: &[&str]| {
            let folder = folder();
            let path = write(&folder, &configuration);
            let command: Vec<&str> = command
                .iter()
                .map(|word| if *word == "CONF" { path.as_str() } else { word })
                .collect();
            Server::start(name, &folder, "TERM", &command)
        };
        let core = start("bearerbox", &[&bearerbox, "-v", "1", "CONF"]);
        core.listens_on(boxes);
        core.listens_on(network);
        let http = start("smsbox", &[&smsbox, "-v", "1", "CONF"]);
        http.listens_on(port);
        let number = network.to_string();
        let (fakesmsc, number) = (fakesmsc.as_str(), number.as_str());
        let mut command = vec![fakesmsc, "-H", "127.0.0.1", "-r", number, "-v", "0"];
        command.extend(heard);
        let network = start("fakesmsc", &command);
        core.until("has its network", || is_online(admin));
        Self {
            network,
            _smsbox: http,
            _bearerbox: core,
            port,
        }
    }

    /// The address to configure as `url`.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/cgi-bin/sendsms", self.port)
    }

    /// What the network got, one SMS or part of one a line: `from to encoding text`.
    pub(crate) fn received(&self) -> Vec<String> {
        let log = self.network.log();
        let message = |line: &str| Some(line.split_once("Got message ")?.1.to_owned());
        log.lines().filter_map(message).collect()
    }

    /// Waits until the network has got so many.
    pub(crate) fn wait_for(&self, count: usize) -> Vec<String> {
        assert!(
            wait(|| self.received().len() >= count),
            "the network got {} of {count} SMS",
            self.received().len()
        );
        self.received()
    }
}

fn is_online(admin: u16) -> bool {
    use std::io::{Read as _, Write as _};
    let mut answer = String::new();
    let asked = TcpStream::connect(("127.0.0.1", admin)).and_then(|mut stream| {
        stream.write_all(b"GET /status.txt?password=bar HTTP/1.0\r\n\r\n")?;
        stream.read_to_string(&mut answer)
    });
    asked.is_ok() && answer.contains("(online")
}

fn write(folder: &Path, configuration: &str) -> String {
    let path = folder.join("kannel.conf");
    std::fs::write(&path, configuration).expect("its configuration");
    path.display().to_string()
}

/// Groups are parted by one blank line, and have none inside.
fn configuration(admin: u16, boxes: u16, network: u16, http: u16, replies_to: &str) -> String {
    format!(
        r#"group = core
admin-port = {admin}
admin-password = bar
admin-interface = 127.0.0.1
smsbox-port = {boxes}
smsbox-interface = 127.0.0.1
box-allow-ip = "127.0.0.1"
dlr-storage = internal

group = smsc
smsc = fake
smsc-id = FAKE
host = 127.0.0.1
port = {network}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {boxes}
sendsms-port = {http}
sendsms-interface = 127.0.0.1
global-sender = 13013
mo-recode = true
http-request-retry = 5
http-queue-delay = 1

group = sendsms-user
username = {user}
password = {password}
concatenation = true
max-messages = 6

group = sms-service
keyword = default
catch-all = true
max-messages = 0
get-url = "{replies_to}"
"#,
        user = Kannel::USERNAME,
        password = Kannel::PASSWORD,
    )
}
