//! A network load balancer held against the services that it serves.

use super::{
    super::{Protocol, reader::Source, services::Drafts},
    Draft,
};

pub(super) fn check(source: &Source, draft: &Draft, services: &Drafts) {
    let Some(serves) = &draft.serves else { return };
    let mut speak_tls = false;
    let mut understood = true;
    for served in serves {
        let Some(service) = services.named(source, &served.service) else {
            understood = false;
            continue;
        };
        let Some((protocol, place)) = service.spoken() else {
            understood = false;
            continue;
        };
        if protocol != Protocol::Udp {
            speak_tls = true;
            continue;
        }
        if let Some(wish) = draft.client_ip.as_ref().filter(|wish| !wish.value) {
            let message = format!("`{}` sees the addresses of its clients", served.service.value);
            source.report(
                source
                    .error(&wish.span, message, "not so with UDP")
                    .at(source.place(place, "speaks UDP"))
                    .note("AWS always leaves the client's address on UDP")
                    .help("remove `client_ip`, or serve it from a load balancer of its own"),
            );
        }
    }
    if let (Some(tls), true, false) = (&draft.frontend.tls, understood, speak_tls) {
        source.report(
            source
                .error(&tls.span, "TLS on a load balancer that speaks UDP only", "not used")
                .help("remove `tls`"),
        );
    }
    if let (Some(client), Some(proxy)) = (&draft.client_ip, &draft.proxy_protocol)
        && client.value
        && proxy.value
    {
        source.report(
            source
                .warning(
                    &proxy.span,
                    "services are told the client's address twice",
                    "in the first bytes",
                )
                .at(source.place(&client.span, "as the address of the packets"))
                .help("keep one of the two"),
        );
    }
}
